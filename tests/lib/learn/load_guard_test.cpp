#include <catch2/catch.hpp>

#include "learn/load_guard.h"

using namespace harbinger;

namespace {

int clients_taken(const LoadGuard& guard) {
  int taken = 0;
  for (std::uint64_t i = 1; i <= 1024; ++i) taken += guard.takes(i * 0x9e3779b97f4a7c15u);
  return taken;
}

}  // namespace

TEST_CASE("all clients are learnt from while there is time") {
  LoadGuard guard(0.05);
  for (double now = 1; now < 10; now += 0.1) guard.used(0.004, now);
  CHECK(guard.share() == 1);
  CHECK(clients_taken(guard) == 1024);
}

TEST_CASE("under load fewer and fewer clients are learnt from, always the same ones, and all again afterwards") {
  LoadGuard guard(0.05);
  double now = 1;
  for (; now < 2; now += 0.1) guard.used(0.05, now);
  CHECK(guard.share() < 0.5);
  const auto some = clients_taken(guard);
  CHECK(some > 0);
  CHECK(some < 512);
  std::uint64_t in = 1;
  while (!guard.takes(in << 40)) ++in;
  for (const double end = now + 1; now < end; now += 0.1) guard.used(0.05, now);
  CHECK(clients_taken(guard) < some);
  for (const double end = now + 100; now < end; now += 0.1) guard.used(0.05, now);
  CHECK(guard.share() > 0);
  CHECK(guard.takes(0));
  for (const double end = now + 10; now < end; now += 0.1) guard.used(0.0001, now);
  CHECK(guard.share() == 1);
}
