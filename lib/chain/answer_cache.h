// Where answers are kept: one table for all workers, read without locks, bounded in octets, evicted by SIEVE.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "chain/answer_key.h"
#include "chain/changes.h"
#include "chain/kept_answer.h"

namespace harbinger {

/// Finding takes no lock and writes one mark at most; storing locks one of up to 64 shards. What leaves the table is freed after an RCU
/// grace period. Eviction: SIEVE (Zhang et al., NSDI 2024), one queue a shard.
class AnswerCache {
 public:
  explicit AnswerCache(std::uint64_t capacity);
  ~AnswerCache();
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  /// The answer kept for this query, fresh or not, or null. `key` is narrowed to the facts it depends on; when there is none, to a
  /// known list of facts, if there is one. Inside an RCU section; valid until its end.
  KeptAnswer* find(AnswerKey& key, const Query& query) const;

  /// False when something that the answer rests on changed since it was computed.
  bool still_right(KeptAnswer& answer) const;

  /// What an answer cost to make decides how it gets in once the cache is full.
  enum class Cost : std::uint8_t {
    waited,   ///< for an upstream: always kept
    inline_,  ///< made from memory: kept when asked for a second time, so that a walk over many names drives nobody out
  };
  /// Keeps an answer under the key in it; replaces the one before. `facts` is what it depends on: empty for all clients.
  void store(const KeptAnswerRef& answer, const AnswerKey& key, std::span<const FactRef> facts, Cost cost);

  Changes& changes() { return changes_; }
  const Changes& changes() const { return changes_; }

  struct Usage {
    std::uint64_t entries = 0, evictions = 0;
    std::uint64_t octets = 0;  ///< with those that are out of the table and not yet retired
  };
  Usage usage() const;

 private:
  struct Shard {
    std::mutex lock;
    KeptAnswer *newest = nullptr, *oldest = nullptr, *hand = nullptr;
    std::uint64_t octets = 0, entries = 0, evictions = 0;
    std::uint64_t limbo_octets = 0;
    std::atomic<bool> full{false};   // has evicted
    std::vector<KeptAnswer*> limbo;  // out of the table, waiting to be retired together
  };

  bool asked_before(std::uint64_t hash);
  KeptAnswer* lookup(const AnswerKey& key) const;
  void list_facts(const AnswerKey& base, std::span<const FactRef> facts);
  void insert(KeptAnswer* answer);
  void unlink(Shard& shard, KeptAnswer* answer);
  void evict_one(Shard& shard);
  Shard& shard_of(std::uint64_t hash) { return shards_[hash & (shard_count_ - 1)]; }
  std::atomic<KeptAnswer*>& bucket_of(std::uint64_t hash) const { return buckets_[hash & bucket_mask_]; }

  static constexpr std::size_t kRemembered = 1 << 14;

  Changes changes_;
  std::array<std::atomic<std::uint16_t>, kRemembered> remembered_{};  // marks of answers that were not kept
  const std::size_t shard_count_;
  const std::uint64_t shard_capacity_;
  const std::size_t bucket_mask_;
  const std::unique_ptr<Shard[]> shards_;
  struct Free {
    void operator()(std::atomic<KeptAnswer*>* buckets) const;
  };
  const std::unique_ptr<std::atomic<KeptAnswer*>[], Free> buckets_;
};

}  // namespace harbinger
