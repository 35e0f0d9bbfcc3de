// Every client that the engine knows: one slot of fixed size each, found by its key in one or two memory reads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <harbinger/behaviour.h>
#include <harbinger/persona.h>
#include "persona/clusters.h"

namespace harbinger::persona {

/// One client, seven cache lines. Zeros are a client of whom nothing is known.
struct alignas(64) Client {
  ClientProfile profile;
  ClientKey key = 0;
  PersonaToken token{};        ///< zeros: never asked for
  UnixMillis expires = 0;      ///< of the token
  float confidence = 0;        ///< of the assignment
  std::uint32_t acts = 0;      ///< since it is known here
  std::uint32_t batch = 0;     ///< the last batch that it had an act in
  std::uint32_t shared_s = 0;  ///< when others were last told of its profile, or it came, Unix seconds
  std::uint16_t in_batch = 0;  ///< how many acts it had in that batch
  std::uint16_t life_s = 0;    ///< how long the token was meant to live when it was made
  PersonaId persona = 0;       ///< that it is assigned
  DeviceClass device{};        ///< what an ask told last
  bool by_rule = false;        ///< the assignment is the catalogue's word: acts do not change it while it lives
  bool heard = false;          ///< another engine made the token
};
static_assert(sizeof(Client) == 448);

/// Up to a number of clients; the longest idle make room. Memory grows with use. One thread.
class ClientStore {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// `seed`: so that nobody outside can choose keys that meet in one place of the index.
  ClientStore(std::size_t most, std::uint64_t seed);

  /// The client's slot, or kNone.
  std::uint32_t find(ClientKey key) const noexcept;
  /// A new client's slot; `key` is not known yet and not 0. Of those that are looked at (64 at a time, all in turn) the longest idle makes room; clients
  /// whose `batch` is `kept` never do. kNone when there is nobody else.
  std::uint32_t add(ClientKey key, std::uint32_t now_s, std::uint32_t kept = 0);

  Client& at(std::uint32_t slot) noexcept { return pages_[slot / kPage][slot % kPage]; }
  const Client& at(std::uint32_t slot) const noexcept { return pages_[slot / kPage][slot % kPage]; }
  /// It did something just now.
  void touch(std::uint32_t slot, std::uint32_t now_s) noexcept { seen_[slot] = now_s; }
  std::uint32_t seen_s(std::uint32_t slot) const noexcept { return seen_[slot]; }

  /// Slots 0 to size()-1 are in use.
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(seen_.size()); }
  std::uint64_t evicted() const noexcept { return evicted_; }
  std::size_t bytes() const noexcept;

  /// Has memory fetched that `find` will read.
  void prefetch(ClientKey key) const noexcept { __builtin_prefetch(&index_[home(tag_of(key))]); }
  /// Has the client fetched that `key` probably is.
  void prefetch_client(ClientKey key) const noexcept;

 private:
  static constexpr std::size_t kPage = 1024;
  struct Entry {
    std::uint32_t tag = 0;
    std::uint32_t slot = kNone;  // kNone: empty
  };

  std::uint32_t tag_of(ClientKey key) const noexcept;
  std::size_t home(std::uint32_t tag) const noexcept { return tag >> shift_; }
  std::size_t next(std::size_t place) const noexcept { return (place + 1) & (index_.size() - 1); }
  void place(Entry entry) noexcept;
  void forget(ClientKey key) noexcept;
  void grow_index();
  std::uint32_t make_room(std::uint32_t kept) noexcept;

  const std::size_t most_;
  const std::uint64_t seed_;
  int shift_ = 0;
  std::vector<Entry> index_;
  std::vector<std::unique_ptr<Client[]>> pages_;
  std::vector<std::uint32_t> seen_;  // apart from the clients: looking for idle ones reads sixteen to a line
  std::uint32_t hand_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace harbinger::persona
