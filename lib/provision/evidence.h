// Whether a wish is meant: a client that proved its address, or several different ones that want the same.
#pragma once

#include <array>
#include <cstdint>

#include <harbinger/clock.h>
#include "provision/aging_table.h"
#include "provision/engine.h"

namespace harbinger::provision {

/// Bounded memory, whatever is asked: a client is heard for so many tags in an hour that begins with its first, others of its are passed over. Clients that proved
/// their address are counted apart, so that made-up ones cannot push them out. One thread.
class Evidence {
 public:
  static constexpr unsigned kMostClients = 16;  ///< that a tag may need
  struct Settings {
    unsigned clients_without_proof = 3;  ///< 0: never without proof
    unsigned tags_per_client_hour = 8;
    std::size_t tags = 100'000, clients = 65'536;  ///< that are remembered
    std::uint64_t seed = 0;
  };
  enum class Verdict : std::uint8_t {
    enough,        ///< now, and for the rest of the hour
    too_few,       ///< different clients so far
    client_spent,  ///< this client wanted other tags enough within the hour
  };

  explicit Evidence(const Settings& settings);
  Verdict heard(const WishEvent& event, MonotonicTime now);
  /// What all its tables take.
  std::size_t octets() const;

 private:
  struct Votes {
    bool enough = false;
    std::uint8_t count = 0;
    std::array<std::uint32_t, kMostClients> voters{};
  };
  struct Spent {
    unsigned tags = 0;
  };
  using Clients = AgingTable<Spent>;

  bool spend(Clients& clients, std::uint64_t client, MonotonicTime now) const;
  Votes& votes(std::uint64_t key, MonotonicTime now);

  const Settings settings_;
  AgingTable<Votes> tags_;
  Clients proved_, others_;
};

}  // namespace harbinger::provision
