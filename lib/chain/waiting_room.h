// The clients of one worker that wait for an answer: each gets one in time, whatever becomes of the computation.
#pragma once

#include <functional>
#include <list>
#include <memory>

#include "chain/flight.h"

namespace harbinger {

/// Bounded; when full, the client that waited longest is sent away first. One per worker, used on its thread only.
class WaitingRoom {
 public:
  static constexpr std::size_t kMost = 16384;
  static constexpr Duration kSweep = std::chrono::milliseconds(50);

  /// `give_up` answers a waiter without waiting any longer; `offer_stale` may answer one early from what it had before.
  WaitingRoom(std::function<void(const std::shared_ptr<Waiter>&)> give_up,
              std::function<void(const std::shared_ptr<Waiter>&)> offer_stale)
      : give_up_(std::move(give_up)), offer_stale_(std::move(offer_stale)) {}

  void enter(const std::shared_ptr<Waiter>& waiter);
  void leave(Waiter& waiter) { waiters_.erase(waiter.place); }
  std::size_t size() const { return waiters_.size(); }

 private:
  void sweep_later(Loop& loop);
  void sweep(Loop& loop);

  std::function<void(const std::shared_ptr<Waiter>&)> give_up_, offer_stale_;
  std::list<std::shared_ptr<Waiter>> waiters_;  // in order of arrival
  bool sweeping_ = false;
};

}  // namespace harbinger
