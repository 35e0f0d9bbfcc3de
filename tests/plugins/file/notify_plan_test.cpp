#include "plugins/file/notify_plan.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::file;
using namespace std::chrono_literals;

namespace {

struct Telling {
  FakeClock clock;
  NotifyPlan plan;

  void change() { plan.changed(clock.now()); }
  // Sends if it is time.
  bool send() {
    if (!plan.due(clock.now())) return false;
    plan.sent(clock.now());
    return true;
  }
  // How long until it sends again; 0 when it never does.
  std::chrono::milliseconds next_send() {
    for (std::chrono::milliseconds waited{0}; waited < 60s; waited += 10ms, clock.advance(10ms))
      if (send()) return waited;
    return 0ms;
  }
};

}  // namespace

TEST_CASE("nobody is told of a zone that does not change") {
  Telling telling;
  CHECK_FALSE(telling.send());
  CHECK_FALSE(telling.plan.next());
}

TEST_CASE("a change is told at once, and not again when it was answered") {
  Telling telling;
  telling.change();
  CHECK(telling.send());
  telling.plan.answered();
  CHECK(telling.next_send() == 0ms);
}

TEST_CASE("a server that does not answer is told five times, with longer and longer pauses, and then given up") {
  Telling telling;
  telling.change();
  CHECK(telling.send());
  for (auto pause : {1s, 2s, 4s, 8s}) CHECK(telling.next_send() == pause);
  CHECK_FALSE(telling.plan.given_up(telling.clock.now()));
  CHECK(telling.next_send() == 0ms);
  CHECK(telling.plan.given_up(telling.clock.now()));
  CHECK_FALSE(telling.plan.given_up(telling.clock.now()));
  CHECK_FALSE(telling.plan.next());
}

TEST_CASE("many changes in a row are told together") {
  Telling telling;
  int sent = 0;
  for (int i = 0; i < 1000; ++i, telling.clock.advance(1ms)) {
    telling.change();
    if (!telling.send()) continue;
    ++sent;
    telling.plan.answered();
  }
  CHECK(sent == 4);
}

TEST_CASE("the last change of many is told after all the others") {
  Telling telling;
  telling.change();
  telling.send();
  telling.plan.answered();
  telling.clock.advance(10ms);
  telling.change();
  CHECK(telling.next_send() == 290ms);
}

TEST_CASE("an answer to an older change does not keep the newer one from being told") {
  Telling telling;
  telling.change();
  telling.send();
  telling.change();
  telling.plan.answered();
  CHECK(telling.next_send() == 300ms);
}

TEST_CASE("a change begins the tries anew") {
  Telling telling;
  telling.change();
  telling.send();
  for (int i = 0; i < 3; ++i) telling.next_send();
  telling.change();
  CHECK(telling.next_send() == 300ms);
  CHECK(telling.next_send() == 1s);
}
