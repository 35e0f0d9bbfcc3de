#include <catch2/catch.hpp>

#include <harbinger/rcu.h>

#include <atomic>
#include <thread>

using namespace harbinger;

namespace {

struct Counted {
  explicit Counted(int number, std::atomic<int>& alive) : value(number), alive_(&alive) { ++*alive_; }
  ~Counted() {
    value = -1;
    --*alive_;
  }
  std::atomic<int> value;

 private:
  std::atomic<int>* alive_;
};

// Returns once all that was retired before is freed; the tests' own thread is a reader.
void wait_for_frees() {
  rcu::offline();
  rcu::barrier();
  rcu::online();
}

}  // namespace

TEST_CASE("a snapshot is seen after it was published") {
  std::atomic<int> alive = 0;
  {
    rcu::Published<Counted> published;
    CHECK(published.load() == nullptr);
    published.publish(new Counted(1, alive));
    CHECK(published.load()->value == 1);
    published.publish(new Counted(2, alive));
    CHECK(published.load()->value == 2);
    wait_for_frees();
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
}

TEST_CASE("an old snapshot lives as long as a reader may look at it") {
  std::atomic<int> alive = 0;
  std::atomic<int> step = 0;
  rcu::Published<Counted> published(new Counted(1, alive));
  std::jthread reader([&] {
    const rcu::Reader registered;
    const auto* seen = published.load();
    step = 1;
    step.notify_all();
    step.wait(1);
    // The writer has published by now, but we were not quiescent.
    if (seen->value == 1) step = 3;
    rcu::quiescent();
    step.notify_all();
  });
  step.wait(0);
  published.publish(new Counted(2, alive));
  step = 2;
  step.notify_all();
  step.wait(2);
  CHECK(step == 3);
  reader.join();
  wait_for_frees();
  CHECK(alive == 1);
}

TEST_CASE("readers never see a freed snapshot") {
  std::atomic<int> alive = 0;
  std::atomic<bool> wrong = false;
  {
    rcu::Published<Counted> published(new Counted(0, alive));
    {
      std::jthread reader([&](const std::stop_token& stop) {
        const rcu::Reader registered;
        while (!stop.stop_requested()) {
          for (int i = 0; i < 16; ++i)
            if (published.load()->value < 0) wrong = true;
          rcu::quiescent();
        }
      });
      for (int i = 1; i < 2000; ++i) published.publish(new Counted(i, alive));
    }
    wait_for_frees();
    CHECK(alive == 1);
  }
  CHECK_FALSE(wrong);
}
