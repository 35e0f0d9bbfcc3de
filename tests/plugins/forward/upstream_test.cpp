#include "plugins/forward/upstream.h"

#include <catch2/catch.hpp>

#include <random>
#include <set>

#include "plugins/forward/tries.h"

using namespace harbinger;
using namespace harbinger::forward;
using namespace std::chrono_literals;

namespace {

Upstreams three() {
  Upstreams all;
  for (const char* address : {"192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"})
    all.push_back(std::make_shared<Upstream>(*SocketAddress::parse(address)));
  return all;
}

struct Seeded final : Random {
  std::uint64_t next() override { return engine(); }
  std::mt19937_64 engine{7};
};

std::vector<int> ordered(const Upstreams& upstreams, Policy policy, std::uint64_t turn, Random& random) {
  const auto order = order_of(upstreams, policy, turn, random);
  return {order.index.begin(), order.index.begin() + static_cast<std::ptrdiff_t>(order.size)};
}

constexpr MonotonicTime kStart{1'000'000'000};

}  // namespace

TEST_CASE("sequential asks in the order of the line") {
  Seeded random;
  CHECK(ordered(three(), Policy::sequential, 7, random) == std::vector{0, 1, 2});
}

TEST_CASE("round_robin begins with the next one each time") {
  Seeded random;
  const auto upstreams = three();
  CHECK(ordered(upstreams, Policy::round_robin, 0, random) == std::vector{0, 1, 2});
  CHECK(ordered(upstreams, Policy::round_robin, 1, random) == std::vector{1, 2, 0});
  CHECK(ordered(upstreams, Policy::round_robin, 5, random) == std::vector{2, 0, 1});
}

TEST_CASE("random begins with each of them sooner or later") {
  Seeded random;
  const auto upstreams = three();
  std::set<std::vector<int>> seen;
  for (int i = 0; i < 100; ++i) seen.insert(ordered(upstreams, Policy::random, 0, random));
  CHECK(seen.size() == 6);
}

TEST_CASE("fastest asks the one with the lowest time of late, and strangers last") {
  Seeded random;
  const auto upstreams = three();
  upstreams[1]->replied(20ms);
  upstreams[2]->replied(5ms);
  CHECK(ordered(upstreams, Policy::fastest, 0, random) == std::vector{2, 1, 0});
  for (int i = 0; i < 30; ++i) upstreams[2]->replied(50ms);
  CHECK(ordered(upstreams, Policy::fastest, 0, random) == std::vector{1, 2, 0});
}

TEST_CASE("what is down is asked last, and again in its place once it replied") {
  Seeded random;
  const auto upstreams = three();
  CHECK_FALSE(upstreams[0]->failed(2));
  CHECK(upstreams[0]->is_up());
  CHECK(upstreams[0]->failed(2));
  CHECK_FALSE(upstreams[0]->failed(2));
  CHECK(ordered(upstreams, Policy::sequential, 0, random) == std::vector{1, 2, 0});
  upstreams[0]->replied(1ms);
  CHECK(ordered(upstreams, Policy::sequential, 0, random) == std::vector{0, 1, 2});
}

TEST_CASE("a reply between two failures keeps an upstream up, and max_fails 0 always does") {
  Upstream upstream(*SocketAddress::parse("192.0.2.1:53"));
  upstream.failed(2);
  upstream.replied(1ms);
  CHECK_FALSE(upstream.failed(2));
  for (int i = 0; i < 100; ++i) CHECK_FALSE(upstream.failed(0));
}

TEST_CASE("nobody to ask gives an empty order") {
  Seeded random;
  CHECK(ordered({}, Policy::random, 0, random).empty());
}

TEST_CASE("a try waits eight times the usual time, within bounds") {
  CHECK(patience(Duration::zero(), 2s) == 800ms);
  CHECK(patience(1ms, 2s) == 400ms);
  CHECK(patience(100ms, 2s) == 800ms);
  CHECK(patience(1s, 2s) == 2s);
  CHECK(patience(1ms, 100ms) == 100ms);
}

TEST_CASE("tries go round until they are used up, and the last one may use all the time") {
  const Order two{{1, 0}, 2};
  Tries tries(two, 2, 2s, kStart, kStart + 5s);
  CHECK(tries.next(kStart) == 1);
  CHECK(tries.deadline(kStart, 10ms) == kStart + 400ms);
  CHECK(tries.next(kStart + 400ms) == 0);
  CHECK(tries.next(kStart + 800ms) == 1);
  CHECK(tries.deadline(kStart + 800ms, 10ms) == kStart + 2800ms);
  CHECK_FALSE(tries.next(kStart + 2s));
}

TEST_CASE("all tries end within three seconds, and before the query does") {
  const Order one{{0}, 1};
  Tries patient(one, 5, 2s, kStart, kStart + 60s);
  CHECK(patient.end() <= kStart + 3s);
  CHECK_FALSE(patient.next(kStart + 3s));
  Tries hurried(one, 5, 2s, kStart, kStart + 500ms);
  CHECK(hurried.end() < kStart + 500ms);
}

TEST_CASE("who has spoken is not asked again") {
  const Order two{{0, 1}, 2};
  Tries tries(two, 5, 2s, kStart, kStart + 60s);
  CHECK(tries.next(kStart) == 0);
  tries.settle();
  CHECK(tries.next(kStart) == 1);
  CHECK(tries.next(kStart) == 1);
  tries.settle();
  CHECK_FALSE(tries.next(kStart));
}
