// A loop whose time stands still until a test moves it.
#pragma once

#include <deque>
#include <map>
#include <mutex>

#include <harbinger/clock.h>
#include <harbinger/loop.h>

namespace harbinger::test {

/// The calling thread's loop while it lives.
class FakeLoop final : public Loop {
 public:
  FakeLoop() { set_current(this); }
  ~FakeLoop() override { set_current(nullptr); }

  void post(std::function<void()> work) override {
    const std::lock_guard guard(lock_);
    posted_.push_back(std::move(work));
  }
  TimerId after(Duration delay, std::function<void()> work) override {
    timers_.emplace(std::pair(clock_.now() + delay, ++last_), std::move(work));
    return last_;
  }
  bool cancel(TimerId timer) override {
    return std::erase_if(timers_, [&](const auto& each) { return each.first.second == timer; }) > 0;
  }
  const Clock& clock() const override { return clock_; }

  /// Runs what was posted, until there is nothing.
  void run() {
    while (const auto work = take_posted()) work();
  }

  /// Lets time pass: every timer runs at its own moment.
  void advance(Duration by) {
    const auto end = clock_.now() + by;
    run();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      auto next = timers_.extract(timers_.begin());
      if (next.key().first > clock_.now()) clock_.advance(next.key().first - clock_.now());
      next.mapped()();
      run();
    }
    clock_.advance(end - clock_.now());
  }

 private:
  std::function<void()> take_posted() {
    const std::lock_guard guard(lock_);
    if (posted_.empty()) return {};
    auto work = std::move(posted_.front());
    posted_.pop_front();
    return work;
  }

  FakeClock clock_;
  TimerId last_ = 0;
  std::mutex lock_;  // guards what is below: threads of plugins post, too
  std::deque<std::function<void()>> posted_;
  std::map<std::pair<MonotonicTime, TimerId>, std::function<void()>> timers_;
};

}  // namespace harbinger::test
