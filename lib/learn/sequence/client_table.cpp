#include "learn/sequence/client_table.h"

#include <algorithm>
#include <bit>

#include "learn/sequence/mix.h"

namespace harbinger::sequence {

void ClientState::push(TextId resource) noexcept {
  std::copy_backward(recent.begin(), recent.end() - 1, recent.end());
  recent[0] = resource;
  known = static_cast<std::uint8_t>(std::min<std::size_t>(known + 1u, kRecent));
  if (length < 0xffff) ++length;
  const std::uint64_t bit = mix(resource, 0xb100);
  wanted[bit >> 6 & 3] |= std::uint64_t{1} << (bit & 63);
}

ClientTable::ClientTable(std::size_t capacity)
    : mask_(std::bit_ceil(std::max<std::size_t>(capacity, 64)) - 1), keys_(mask_ + 1), clients_(mask_ + 1) {}

void ClientTable::restore(std::uint32_t clock, std::size_t used) noexcept {
  clock_ = clock;
  used_ = used;
  for (std::size_t at = 0; at < clients_.size(); ++at) keys_[at] = clients_[at].key;
}

std::size_t ClientTable::home(ClientKey key) const noexcept { return mix(key, 0xc11e) & mask_; }

ClientState* ClientTable::find(ClientKey key) noexcept {
  const std::size_t first = home(key);
  for (std::size_t way = 0; way < kWays; ++way)
    if (keys_[first ^ way] == key && clients_[first ^ way].used_at != 0) return &clients_[first ^ way];
  return nullptr;
}

void ClientTable::prefetch_state(ClientKey key) const noexcept {
  const std::size_t first = home(key);
  for (std::size_t way = 0; way < kWays; ++way) {
    if (keys_[first ^ way] != key) continue;
    const auto* begin = reinterpret_cast<const char*>(&clients_[first ^ way]);
    for (std::size_t at = 0; at < sizeof(ClientState); at += 64) __builtin_prefetch(begin + at, 1);
    __builtin_prefetch(begin + sizeof(ClientState) - 1, 1);
    return;
  }
}

ClientState& ClientTable::oldest_near(ClientKey key) noexcept {
  const std::size_t first = home(key);
  ClientState* oldest = &clients_[first];
  for (std::size_t way = 0; way < kWays; ++way) {
    ClientState& client = clients_[first ^ way];
    if (client.used_at == 0) return client;
    if (client.used_at < oldest->used_at) oldest = &client;
  }
  return *oldest;
}

}  // namespace harbinger::sequence
