#include "provision/virtual_pool.h"

#include <algorithm>

namespace harbinger::provision {

void VirtualPool::aim(double ready, double keep) {
  const double have = ready_ + starting_;
  ordered_ = std::max(0.0, ready - have);
  stopped_ = std::clamp(have - std::max(ready, keep), 0.0, ready_);
  ready_ -= stopped_;
  orders_[(next_ + orders_.size() - 1) % orders_.size()] += ordered_;
  starting_ += ordered_;
  // Those that were ordered long enough ago.
  auto& due = orders_[next_];
  ready_ += due;
  starting_ = std::max(0.0, starting_ - due);
  due = 0;
  next_ = (next_ + 1) % orders_.size();
}

double VirtualPool::take(double arrivals) {
  const double served = std::min(arrivals, ready_);
  ready_ -= served;
  return arrivals - served;
}

}  // namespace harbinger::provision
