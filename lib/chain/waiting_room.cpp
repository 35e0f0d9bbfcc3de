#include "chain/waiting_room.h"

namespace harbinger {

void WaitingRoom::enter(const std::shared_ptr<Waiter>& waiter) {
  if (waiters_.size() >= kMost) give_up_(std::shared_ptr(waiters_.front()));
  waiter->place = waiters_.insert(waiters_.end(), waiter);
  if (waiter->home && !sweeping_) sweep_later(*waiter->home);
}

void WaitingRoom::sweep_later(Loop& loop) {
  sweeping_ = true;
  loop.after(kSweep, [this, &loop] { sweep(loop); });
}

// Answering takes a waiter out of the list, so the next one is looked up first.
void WaitingRoom::sweep(Loop& loop) {
  sweeping_ = false;
  const auto now = loop.clock().now();
  for (auto it = waiters_.begin(); it != waiters_.end();) {
    const auto waiter = *it++;
    if (waiter->query->deadline() <= now)
      give_up_(waiter);
    else if (waiter->stale && waiter->query->arrived() + waiter->chain->cache().stale_after <= now)
      offer_stale_(waiter);
  }
  if (!waiters_.empty()) sweep_later(loop);
}

}  // namespace harbinger
