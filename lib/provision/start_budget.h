// How many instances may be started, and given to one tag, within an hour.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include <harbinger/clock.h>
#include "provision/engine.h"
#include "provision/wish_hash.h"

namespace harbinger::provision {

/// Exact: in no hour, wherever it begins, are there more. Memory is bounded by what the budgets allow. One thread.
class StartBudget {
 public:
  StartBudget(const Budgets& budgets, std::size_t pools);

  /// Why none may be started for a pool now; empty when one may.
  std::string refusal(std::uint16_t pool, MonotonicTime now);
  void started(std::uint16_t pool, MonotonicTime now);
  /// The last start did not come about.
  void not_started(std::uint16_t pool);
  /// Whether a tag may be given one more.
  bool may_give(Wish wish, MonotonicTime now);
  void given(Wish wish, MonotonicTime now);
  void not_given(Wish wish);
  /// Forgets what is older than an hour. Now and then.
  void tidy(MonotonicTime now);

 private:
  using Times = std::deque<MonotonicTime>;
  static void forget(Times& times, MonotonicTime now);

  const Budgets budgets_;
  Times all_;
  std::vector<Times> pools_;
  std::unordered_map<Wish, Times, WishHash> tags_;
};

}  // namespace harbinger::provision
