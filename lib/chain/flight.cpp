#include "chain/flight.h"

#include <algorithm>

namespace harbinger {

// Most misses meet no other flight at all; the count spares them the lock.
std::shared_ptr<Flight> Flights::find(const AnswerKey& key) {
  if (count_.load(std::memory_order_acquire) == 0) return nullptr;
  auto& shard = shard_of(key.hash());
  const std::lock_guard guard(shard.lock);
  const auto found = shard.by_hash.find(key.hash());
  if (found == shard.by_hash.end() || !std::ranges::equal(found->second->key.bytes(), key.bytes())) return nullptr;
  return found->second;
}

void Flights::add(const std::shared_ptr<Flight>& flight) {
  auto& shard = shard_of(flight->key.hash());
  const std::lock_guard guard(shard.lock);
  if (shard.by_hash.emplace(flight->key.hash(), flight).second) count_.fetch_add(1, std::memory_order_release);
}

void Flights::remove(const Flight& flight) {
  auto& shard = shard_of(flight.key.hash());
  const std::lock_guard guard(shard.lock);
  const auto found = shard.by_hash.find(flight.key.hash());
  if (found == shard.by_hash.end() || found->second.get() != &flight) return;
  shard.by_hash.erase(found);
  count_.fetch_sub(1, std::memory_order_release);
}

}  // namespace harbinger
