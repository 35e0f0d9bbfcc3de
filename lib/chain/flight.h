// Answers being computed, and the clients that wait for them.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <harbinger/chain.h>
#include <harbinger/loop.h>
#include <harbinger/responder.h>
#include "chain/answer_key.h"
#include "chain/encode.h"
#include "chain/kept_answer.h"

namespace harbinger {

/// A client whose answer was not there at once. Touched by its own worker only.
struct Waiter {
  explicit Waiter(const Query& query_to_own) : query(query_to_own) {}

  OwnedQuery query;
  std::shared_ptr<const Chain> chain;
  std::unique_ptr<Later> later;
  KeptAnswerRef stale;  ///< what could be given if nothing fresh comes in time; may be null
  Source source = Source::served;
  Loop* home = nullptr;  ///< where the client's worker runs
  bool answered = false;
  std::list<std::shared_ptr<Waiter>>::iterator place;  // in its worker's list
};

/// One computation of an answer, for everybody who asks the same meanwhile.
struct Flight : std::enable_shared_from_this<Flight> {
  Flight(const Query& query_to_own, const AnswerKey& with) : query(query_to_own), key(with) {}

  OwnedQuery query;
  std::shared_ptr<const Chain> chain;
  const AnswerKey key;      ///< before it is known what the answer depends on
  std::uint64_t stamp = 0;  ///< of Changes when it began
  KeptAnswerRef stale;      ///< what it replaces
  bool airborne = false;    ///< it did not land at once; used by its own worker only

  std::function<void(const AheadAnswer&)> resolved_ahead;  ///< told at the landing, by its own worker; may be empty

  std::mutex lock;  // guards what is below until landed
  bool landed = false;
  Encoded result;
  std::vector<std::shared_ptr<Waiter>> waiters;
};

/// The flights under way, found by key. Thread-safe.
class Flights {
 public:
  /// The flight for this key, or null.
  std::shared_ptr<Flight> find(const AnswerKey& key);
  /// Makes a flight findable, unless another with its key is already.
  void add(const std::shared_ptr<Flight>& flight);
  void remove(const Flight& flight);

 private:
  struct Shard {
    std::mutex lock;
    std::unordered_map<std::uint64_t, std::shared_ptr<Flight>> by_hash;
  };
  Shard& shard_of(std::uint64_t hash) { return shards_[hash >> 60]; }

  std::atomic<std::size_t> count_{0};
  std::array<Shard, 16> shards_;
};

}  // namespace harbinger
