#include <catch2/catch.hpp>

#include "learn/load_guard.h"

using namespace harbinger;

namespace {

int clients_taken(const LoadGuard& guard) {
  int taken = 0;
  for (std::uint64_t i = 1; i <= 1024; ++i) taken += guard.takes(i * 0x9e3779b97f4a7c15u);
  return taken;
}

// So much in each tenth of so many seconds.
double work(LoadGuard& guard, double busy, int seconds, double now) {
  for (int i = 0; i <= 10 * seconds; ++i) guard.used(busy, now += 0.1);
  return now;
}

}  // namespace

TEST_CASE("all clients are learnt from while there is time") {
  LoadGuard guard(0.05);
  work(guard, 0.004, 10, 1);
  CHECK(guard.share() == 1);
  CHECK(clients_taken(guard) == 1024);
}

TEST_CASE("when the share of a second is used up, nothing more is learnt in it") {
  LoadGuard guard(0.05);
  guard.used(0, 1);
  CHECK(clients_taken(guard) == 1024);
  guard.used(0.06, 1.1);
  CHECK(clients_taken(guard) == 0);
  guard.used(0, 1.9);
  CHECK(clients_taken(guard) == 0);
  guard.used(0, 2.2);
  CHECK(clients_taken(guard) == 1024);  // judging fewer may be enough
  CHECK(guard.judge_every() > 1);
}

TEST_CASE("under load fewer accesses are judged before any client is left out") {
  LoadGuard guard(0.05);
  auto now = 1.0;
  guard.used(0, now);
  // Judging takes 0.4 of a processor when it is all, the rest next to nothing.
  for (int i = 0; i < 100; ++i) {
    guard.used(0.01 * 0.4 / guard.judge_every(), now += 0.01);
    CHECK(guard.share() == 1);
  }
  CHECK(guard.judge_every() >= 8);
  CHECK(guard.judge_every() <= 64);
  work(guard, 0.0001, 30, now);
  CHECK(guard.judge_every() == 1);
}

TEST_CASE("under load fewer and fewer clients are learnt from, and all again afterwards") {
  LoadGuard guard(0.05);
  auto now = work(guard, 0.05, 4, 1);
  const auto some = guard.share();
  CHECK(some < 0.5);
  now = work(guard, 0.05, 3, now);
  CHECK(guard.share() < some);
  now = work(guard, 0.05, 100, now);
  CHECK(guard.share() > 0);
  work(guard, 0.0001, 30, now);
  CHECK(guard.share() == 1);
  CHECK(clients_taken(guard) == 1024);
}
