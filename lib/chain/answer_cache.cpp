#include "chain/answer_cache.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

#include <harbinger/rcu.h>

namespace harbinger {

namespace {

constexpr std::size_t kMostShards = 64;
constexpr std::uint64_t kSmallestShard = 1 << 18;
constexpr std::uint64_t kTypicalAnswer = 256;
constexpr std::size_t kRetiredTogether = 64;
constexpr std::uint64_t kLimboShare = 16;  // of what a shard may hold
constexpr std::size_t kMostFactLists = 8;

std::size_t shards_for(std::uint64_t capacity) {
  return std::min<std::size_t>(kMostShards, std::bit_floor(std::max<std::uint64_t>(1, capacity / kSmallestShard)));
}

std::size_t buckets_for(std::uint64_t capacity) {
  return std::bit_ceil(std::max<std::uint64_t>(kMostShards, capacity / kTypicalAnswer));
}

std::uint64_t charge(const KeptAnswer& answer) { return answer.memory() + sizeof(void*); }

void retire_all(std::vector<KeptAnswer*> answers) {
  rcu::retire(new std::vector(std::move(answers)), [](void* list) {
    const std::unique_ptr<std::vector<KeptAnswer*>> owned(static_cast<std::vector<KeptAnswer*>*>(list));
    for (auto* answer : *owned) answer->release();
  });
}

// Nearly every answer looked at is the right one and will be read as a whole: its lines are asked for together, not one after another.
void fetch_ahead(const KeptAnswer* answer) {
  const auto* at = reinterpret_cast<const char*>(answer);
  for (std::size_t line = 1; line < 4; ++line) __builtin_prefetch(at + 64 * line);
}

// A list of facts travels in a KeptAnswer's octets as: how many, then the refs.
std::span<const FactRef> next_fact_list(std::span<const std::uint8_t>& rest) {
  const std::span facts(reinterpret_cast<const FactRef*>(rest.data() + 1), rest[0]);
  rest = rest.subspan(1 + facts.size_bytes());
  return facts;
}

}  // namespace

// Fresh zero pages from the system cost nothing until a bucket in them is used.
AnswerCache::AnswerCache(std::uint64_t capacity)
    : shard_count_(shards_for(capacity)),
      shard_capacity_(capacity / shard_count_),
      bucket_mask_(buckets_for(capacity) - 1),
      shards_(std::make_unique<Shard[]>(shard_count_)),
      buckets_(
          static_cast<std::atomic<KeptAnswer*>*>(std::calloc(bucket_mask_ + 1, sizeof(std::atomic<KeptAnswer*>)))) {
  if (!buckets_) throw std::bad_alloc();
}

void AnswerCache::Free::operator()(std::atomic<KeptAnswer*>* buckets) const { std::free(buckets); }

AnswerCache::~AnswerCache() {
  for (std::size_t i = 0; i < shard_count_; ++i) {
    for (auto* answer = shards_[i].newest; answer;) std::exchange(answer, answer->older)->release();
    for (auto* answer : shards_[i].limbo) answer->release();
  }
}

KeptAnswer* AnswerCache::lookup(const AnswerKey& key) const {
  const auto wanted = key.bytes();
  for (auto* answer = bucket_of(key.hash()).load(std::memory_order_acquire); answer;
       answer = answer->next_in_bucket.load(std::memory_order_acquire)) {
    fetch_ahead(answer);
    if (answer->hash == key.hash() && std::ranges::equal(answer->key(), wanted)) return answer;
  }
  return nullptr;
}

// An answer found under one list of facts is right however many other lists there are: it was computed from just those facts.
KeptAnswer* AnswerCache::find(AnswerKey& key, const Query& query) const {
  auto* found = lookup(key);
  if (!found) return nullptr;
  if (!found->lists_facts) {
    if (!found->visited.load(std::memory_order_relaxed)) found->visited.store(true, std::memory_order_relaxed);
    return found;
  }

  found->visited.store(true, std::memory_order_relaxed);
  KeptAnswer* stale = nullptr;
  for (std::span<const std::uint8_t> rest = std::as_const(*found).octets(); !rest.empty();) {
    key.narrow_to(query, next_fact_list(rest));
    auto* answer = lookup(key);
    if (!answer) continue;
    answer->visited.store(true, std::memory_order_relaxed);
    if (answer->fresh(query.arrived()) && still_right(*answer)) return answer;
    stale = answer;
  }
  return stale;
}

bool AnswerCache::still_right(KeptAnswer& answer) const {
  const auto now = changes_.now();
  const auto stamp = answer.stamp.load(std::memory_order_relaxed);
  if (stamp == now) return true;
  for (std::size_t i = 0; i < answer.slot_count; ++i)
    if (changes_.marked_since(answer.slots[i], stamp)) return false;
  answer.stamp.store(now, std::memory_order_relaxed);
  return true;
}

// One mark per slot, overwritten by the next: popular names come back before that, a walk over all names does not.
bool AnswerCache::asked_before(std::uint64_t hash) {
  auto& slot = remembered_[(hash >> 8) % kRemembered];
  const auto mark = static_cast<std::uint16_t>(hash >> 48 | 1);
  return slot.exchange(mark, std::memory_order_relaxed) == mark;
}

void AnswerCache::store(const KeptAnswerRef& answer, const AnswerKey& key, std::span<const FactRef> facts, Cost cost) {
  if (charge(*answer) > shard_capacity_ / 4) return;
  if (cost == Cost::inline_ && shard_of(answer->hash).full.load(std::memory_order_relaxed) &&
      !asked_before(answer->hash))
    return;
  if (!facts.empty()) list_facts(key, facts);
  answer->add_reference();
  insert(answer.get());
}

// The base key leads to a list of all the fact lists seen for this question.
void AnswerCache::list_facts(const AnswerKey& narrowed, std::span<const FactRef> facts) {
  const auto base = narrowed.base();
  std::vector<std::uint8_t> lists;
  const auto append = [&](std::span<const FactRef> list) {
    lists.push_back(static_cast<std::uint8_t>(list.size()));
    const auto octets = std::as_bytes(list);
    lists.insert(lists.end(), reinterpret_cast<const std::uint8_t*>(octets.data()),
                 reinterpret_cast<const std::uint8_t*>(octets.data() + octets.size()));
  };
  append(facts);
  std::size_t count = 1;
  if (const auto* found = lookup(base); found && found->lists_facts) {
    for (auto rest = found->octets(); !rest.empty();) {
      const auto list = next_fact_list(rest);
      if (std::ranges::equal(list, facts)) return;
      if (++count <= kMostFactLists) append(list);
    }
  }
  auto* node = KeptAnswer::make(
      {static_cast<std::uint16_t>(base.bytes().size()), static_cast<std::uint16_t>(lists.size()), 0, 0});
  std::ranges::copy(base.bytes(), node->key().begin());
  std::ranges::copy(lists, node->octets().begin());
  node->hash = base.hash();
  node->lists_facts = true;
  insert(node);
}

void AnswerCache::insert(KeptAnswer* answer) {
  auto& shard = shard_of(answer->hash);
  std::vector<KeptAnswer*> out;
  {
    const std::lock_guard guard(shard.lock);
    auto& bucket = bucket_of(answer->hash);
    for (auto* old = bucket.load(std::memory_order_relaxed); old;
         old = old->next_in_bucket.load(std::memory_order_relaxed)) {
      if (old->hash != answer->hash || !std::ranges::equal(old->key(), answer->key())) continue;
      unlink(shard, old);
      break;
    }
    while (shard.octets + charge(*answer) > shard_capacity_ - shard_capacity_ / kLimboShare && shard.oldest)
      evict_one(shard);

    answer->next_in_bucket.store(bucket.load(std::memory_order_relaxed), std::memory_order_relaxed);
    bucket.store(answer, std::memory_order_release);
    answer->older = shard.newest;
    (shard.newest ? shard.newest->newer : shard.oldest) = answer;
    shard.newest = answer;
    shard.octets += charge(*answer);
    ++shard.entries;
    if (shard.limbo.size() >= kRetiredTogether || shard.limbo_octets > shard_capacity_ / kLimboShare) {
      out.swap(shard.limbo);
      shard.limbo_octets = 0;
    }
  }
  if (!out.empty()) retire_all(std::move(out));
}

// Readers that stand on `answer` still find their way on: its own link stays.
void AnswerCache::unlink(Shard& shard, KeptAnswer* answer) {
  auto* link = &bucket_of(answer->hash);
  while (link->load(std::memory_order_relaxed) != answer) link = &link->load(std::memory_order_relaxed)->next_in_bucket;
  link->store(answer->next_in_bucket.load(std::memory_order_relaxed), std::memory_order_release);

  if (shard.hand == answer) shard.hand = answer->newer;
  (answer->newer ? answer->newer->older : shard.newest) = answer->older;
  (answer->older ? answer->older->newer : shard.oldest) = answer->newer;
  shard.octets -= charge(*answer);
  --shard.entries;
  shard.limbo.push_back(answer);
  shard.limbo_octets += charge(*answer);
}

// The hand walks from old to new and spares, once, what was asked for since it came by.
void AnswerCache::evict_one(Shard& shard) {
  auto* candidate = shard.hand ? shard.hand : shard.oldest;
  while (candidate->visited.load(std::memory_order_relaxed)) {
    candidate->visited.store(false, std::memory_order_relaxed);
    candidate = candidate->newer ? candidate->newer : shard.oldest;
  }
  shard.full.store(true, std::memory_order_relaxed);
  shard.hand = candidate->newer;
  unlink(shard, candidate);
  ++shard.evictions;
}

AnswerCache::Usage AnswerCache::usage() const {
  Usage sum;
  for (std::size_t i = 0; i < shard_count_; ++i) {
    const std::lock_guard guard(shards_[i].lock);
    sum.entries += shards_[i].entries;
    sum.octets += shards_[i].octets + shards_[i].limbo_octets;
    sum.evictions += shards_[i].evictions;
  }
  return sum;
}

}  // namespace harbinger
