#include "plugins/file/notify_plan.h"

#include <algorithm>

namespace harbinger::file {

namespace {

constexpr Duration kFirstWait = std::chrono::seconds(1);  // for an answer; each further one is twice as long

}  // namespace

void NotifyPlan::changed(MonotonicTime now) {
  if (waiting_ && tries_ == 0) return;
  waiting_ = true;
  tries_ = 0;
  at_ = last_sent_ ? std::max(now, *last_sent_ + kShortestPause) : now;
}

void NotifyPlan::sent(MonotonicTime now) {
  at_ = now + kFirstWait * (1 << tries_);
  last_sent_ = now;
  ++tries_;
}

// An answer that comes when the zone has changed again is about the one before.
void NotifyPlan::answered() {
  if (tries_ > 0) waiting_ = false;
}

bool NotifyPlan::given_up(MonotonicTime now) {
  if (!waiting_ || tries_ < kMostTries || now < at_) return false;
  waiting_ = false;
  return true;
}

}  // namespace harbinger::file
