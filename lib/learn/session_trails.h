// The latest resources of each client in its present session, in a fixed amount of memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/access.h>

namespace harbinger {

/// A client's way through its present session, newest first; resources are any numbers but 0.
struct SessionTrail {
  static constexpr std::size_t kLength = 8;

  ClientKey client = 0;
  UnixMillis at = 0;  ///< of the latest access
  std::array<std::uint64_t, kLength> resources{};
  std::uint8_t size = 0;

  std::uint64_t current() const { return resources[0]; }
  std::uint64_t previous() const { return resources[1]; }
  std::span<const std::uint64_t> recent() const { return std::span(resources).first(size); }
};

/// Trails of the clients seen latest. Two clients of one place in the table share `kWays` trails; the one silent for longest makes room, and
/// begins a new session when it returns. One thread at a time.
class SessionTrails {
 public:
  enum class Move : std::uint8_t { first, repeated, onward };

  /// Room for about `clients` trails. A pause longer than `gap` ends a session.
  SessionTrails(std::size_t clients, UnixMillis gap);

  /// Null for a client without a session.
  const SessionTrail* find(ClientKey client) const;
  /// What an access would be: the first of a session, the current resource again, or another one.
  Move kind(ClientKey client, std::uint64_t resource, UnixMillis at) const;
  /// Goes on; a clock that jumped back counts as no time passed.
  void move(ClientKey client, std::uint64_t resource, UnixMillis at);

 private:
  static constexpr std::size_t kWays = 8;

  std::size_t set_of(ClientKey client) const;
  SessionTrail& make_room(ClientKey client);

  UnixMillis gap_;
  std::size_t mask_;
  std::vector<SessionTrail> trails_;
};

}  // namespace harbinger
