#include "net/deadline_wheel.h"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

using namespace harbinger;
using namespace harbinger::net;
using namespace std::chrono_literals;

namespace {

struct Story {
  FakeClock clock;
  DeadlineWheel wheel{clock.now()};

  void add(Timed& timed, Duration in) { wheel.add(timed, clock.now() + in, clock.now()); }
  std::vector<Timed*> expired() {
    std::vector<Timed*> due;
    wheel.expire(clock.now(), [&](Timed& timed) { due.push_back(&timed); });
    return due;
  }
};

}  // namespace

TEST_CASE("a deadline is found within one slice and never early") {
  Story story;
  Timed one;
  story.add(one, 100ms);
  story.clock.advance(99ms);
  CHECK(story.expired().empty());
  story.clock.advance(1ms + DeadlineWheel::kSlice);
  CHECK(story.expired() == std::vector{&one});
  CHECK_FALSE(one.is_linked());
  CHECK_FALSE(story.wheel.look_again());
}

TEST_CASE("a deadline beyond the wheel's horizon waits its whole time") {
  Story story;
  Timed far;
  story.add(far, 60s);
  for (int i = 0; i < 600; ++i) {
    CHECK(story.expired().empty());
    story.clock.advance(100ms);
  }
  story.clock.advance(DeadlineWheel::kSlice);
  CHECK(story.expired().size() == 1);
}

TEST_CASE("what left the wheel is not found due") {
  Story story;
  Timed stays;
  story.add(stays, 10ms);
  {
    Timed leaves;
    story.add(leaves, 10ms);
  }
  story.clock.advance(1s);
  CHECK(story.expired() == std::vector{&stays});
}

TEST_CASE("the wheel says when to look again, also after days without work") {
  Story story;
  CHECK_FALSE(story.wheel.look_again());
  story.clock.advance(72h);
  Timed timed;
  story.add(timed, 50ms);
  const auto again = story.wheel.look_again();
  REQUIRE(again);
  CHECK(*again >= story.clock.now() + 50ms);
  CHECK(*again <= story.clock.now() + 50ms + DeadlineWheel::kSlice);
}

TEST_CASE("a thousand random deadlines all come due, each in its time") {
  Story story;
  std::mt19937 random(7);
  std::vector<Timed> many(1000);
  for (auto& timed : many) story.add(timed, std::chrono::milliseconds(random() % 9000));
  std::size_t found = 0;
  for (int step = 0; step < 1000; ++step) {
    story.clock.advance(10ms);
    for (Timed* timed : story.expired()) {
      ++found;
      CHECK(timed->deadline() <= story.clock.now());
      CHECK(timed->deadline() + 10ms + DeadlineWheel::kSlice >= story.clock.now());
    }
  }
  CHECK(found == many.size());
}
