// Which resources several clients want at present.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/clock.h>

namespace harbinger::edge {

/// Counts distinct clients of a resource, of late. Bounded: a fixed table, in which a resource takes the place of the one nearby that was wanted longest ago. One thread
/// at a time.
class HotResources {
 public:
  static constexpr std::size_t kMostClients = 8;
  struct Settings {
    std::size_t clients = 3;  ///< so many different ones make a resource hot; at most kMostClients
    Duration within = std::chrono::minutes(1);
    std::size_t resources = 16'384;  ///< 136 octets each
  };
  explicit HotResources(Settings settings);

  /// `client` wants the resource of this hash; true while it is hot. Client 0 is nobody in particular: it makes nothing hot.
  bool wanted(std::uint64_t resource, ClientKey client, MonotonicTime now);

 private:
  static constexpr std::size_t kNearby = 4;
  struct Seen {
    ClientKey client = 0;
    MonotonicTime at{};
  };
  struct Place {
    std::uint64_t resource = 0;
    std::array<Seen, kMostClients> seen{};
  };
  Place& place_of(std::uint64_t resource);

  const Settings settings_;
  std::vector<Place> places_;
};

}  // namespace harbinger::edge
