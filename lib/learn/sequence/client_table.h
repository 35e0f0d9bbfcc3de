// What the model remembers of each client: its present session, bounded.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/access.h>

#include "learn/sequence/mix.h"
#include "learn/sequence/text_table.h"

namespace harbinger::sequence {

/// A client's session: its latest resources, newest first.
struct ClientState {
  static constexpr std::size_t kRecent = 16;

  ClientKey key = 0;
  UnixMillis last = 0;  ///< of the latest access
  std::array<TextId, kRecent> recent{};
  std::uint32_t used_at = 0;
  std::uint32_t session = 0;  ///< counts this client's sessions
  std::uint16_t length = 0;   ///< distinct steps of the session so far
  std::uint8_t known = 0;     ///< how many of `recent` are filled
  PersonaId persona = 0;
  std::array<std::uint64_t, 4> wanted{};  ///< the session's resources, as a Bloom filter with one bit each
  std::int32_t waiting = -1;              ///< first of its guesses that wait for their outcome; see SoonModel

  std::span<const TextId> path() const noexcept { return {recent.data(), known}; }
  /// Whether `resource` was wanted in this session; sometimes true for one that was not, the more so the longer the session.
  bool wanted_before(TextId resource) const noexcept {
    const std::uint64_t bit = mix(resource, 0xb100);
    return wanted[bit >> 6 & 3] >> (bit & 63) & 1;
  }
  void start_session() noexcept {
    wanted = {};
    known = 0;
    length = 0;
    ++session;
  }
  void push(TextId resource) noexcept;
};

/// One thread. The client longest silent makes room.
class ClientTable {
 public:
  explicit ClientTable(std::size_t capacity);

  ClientState* find(ClientKey key) noexcept;
  /// Brings near what `find` looks at first; `prefetch_state`, once that is near, the client itself.
  void prefetch(ClientKey key) const noexcept { __builtin_prefetch(&keys_[home(key)]); }
  void prefetch_state(ClientKey key) const noexcept;
  /// The state of `key`; `leaving` is called with one that makes room.
  template <class Leaving>
  ClientState& find_or_make(ClientKey key, Leaving leaving) {
    if (ClientState* known = find(key)) {
      known->used_at = ++clock_;
      return *known;
    }
    ClientState& room = oldest_near(key);
    if (room.used_at != 0) leaving(room);
    used_ += room.used_at == 0;
    room = ClientState{};
    room.key = key;
    keys_[place_of(room)] = key;
    room.used_at = ++clock_;
    return room;
  }

  std::size_t place_of(const ClientState& client) const noexcept {
    return static_cast<std::size_t>(&client - clients_.data());
  }
  ClientState& at(std::size_t place) noexcept { return clients_[place]; }
  std::size_t used() const noexcept { return used_; }
  std::size_t bytes() const noexcept { return clients_.size() * (sizeof(ClientState) + sizeof(ClientKey)); }

  std::vector<ClientState>& clients() noexcept { return clients_; }
  const std::vector<ClientState>& clients() const noexcept { return clients_; }
  std::uint32_t clock() const noexcept { return clock_; }
  /// After the states were put back.
  void restore(std::uint32_t clock, std::size_t used) noexcept;

 private:
  static constexpr std::size_t kWays = 4;
  std::size_t home(ClientKey key) const noexcept;
  ClientState& oldest_near(ClientKey key) noexcept;

  std::size_t mask_;
  std::vector<ClientKey> keys_;  ///< those of the states, close together
  std::vector<ClientState> clients_;
  std::uint32_t clock_ = 0;
  std::size_t used_ = 0;
};

}  // namespace harbinger::sequence
