// Which cluster a client belongs to: whose mirrors it is given.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/place.h>
#include <harbinger/result.h>

namespace harbinger::mirror {

/// By the longest prefix that a client's address is in, else by the nearest cluster that has a position, else the one cluster that has neither.
/// Immutable once made: any thread, no lock, no allocation.
class ClientClusters {
 public:
  static constexpr std::size_t kMost = 1024;
  /// Of a cluster, in the order that they were given, from 1 on; 0: none.
  using Number = std::uint16_t;
  struct Cluster {
    std::string name{};
    std::vector<IpPrefix> clients{};
    Place place{};  ///< that counts where it has a position
  };
  /// Errors: malformed (a name that is empty), conflict (a name or a prefix that stands twice, a second cluster for all the rest), too_large.
  static Result<ClientClusters> make(std::vector<Cluster> clusters);

  Number find(const IpAddress& client, const Place& place) const noexcept;
  /// Empty for 0.
  std::string_view name(Number id) const noexcept;
  Number id_of(std::string_view name) const noexcept;
  std::size_t size() const { return clusters_.size(); }

 private:
  // From this address on, up to the next start.
  struct Start {
    std::pair<std::uint64_t, std::uint64_t> first{};  // its octets as two numbers, which compare faster
    Number cluster = 0;
  };
  static constexpr int kCellDegrees = 2, kRows = 180 / kCellDegrees, kColumns = 360 / kCellDegrees;

  void flatten_prefixes();
  void fill_cells();
  Number nearest_to(const Place& place) const;
  Number cluster_at(const Place& place) const noexcept;

  std::vector<Cluster> clusters_;
  std::vector<Start> starts_;
  std::vector<Number> cells_;  // of the earth, row by row from the south pole; empty when no cluster has a position
  Number rest_ = 0;
};

}  // namespace harbinger::mirror
