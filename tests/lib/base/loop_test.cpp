#include <catch2/catch.hpp>

#include <harbinger/loop.h>

#include <map>

using namespace harbinger;
using namespace std::chrono_literals;

namespace {

// A loop in virtual time: `advance` runs what is due.
class VirtualLoop final : public Loop {
 public:
  VirtualLoop() { set_current(this); }
  ~VirtualLoop() override { set_current(nullptr); }

  void post(std::function<void()> work) override { after(0ns, std::move(work)); }
  TimerId after(Duration delay, std::function<void()> work) override {
    const auto id = ++last_;
    due_.emplace(std::pair(clock_.now() + delay, id), std::move(work));
    return id;
  }
  bool cancel(TimerId timer) override {
    return std::erase_if(due_, [&](const auto& entry) { return entry.first.second == timer; }) > 0;
  }
  const Clock& clock() const override { return clock_; }

  void advance(Duration by) {
    clock_.advance(by);
    while (!due_.empty() && due_.begin()->first.first <= clock_.now()) {
      auto work = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      work();
    }
  }

 private:
  FakeClock clock_;
  std::map<std::pair<MonotonicTime, TimerId>, std::function<void()>> due_;
  TimerId last_ = 0;
};

Task<void> sleep_twice(Loop& loop, int& wakes) {
  co_await loop.sleep(10ms);
  ++wakes;
  co_await loop.sleep(1h);
  ++wakes;
}

}  // namespace

TEST_CASE("a sleeping task wakes when its time has come") {
  VirtualLoop loop;
  int wakes = 0;
  start(sleep_twice(loop, wakes));
  loop.advance(9ms);
  CHECK(wakes == 0);
  loop.advance(1ms);
  CHECK(wakes == 1);
  loop.advance(59min);
  CHECK(wakes == 1);
  loop.advance(1min);
  CHECK(wakes == 2);
}

TEST_CASE("a thread knows its loop") {
  CHECK(Loop::current() == nullptr);
  {
    VirtualLoop loop;
    CHECK(Loop::current() == &loop);
  }
  CHECK(Loop::current() == nullptr);
}
