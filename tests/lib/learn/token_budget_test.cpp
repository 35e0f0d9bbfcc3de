#include <harbinger/token_budget.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace harbinger;
using namespace std::chrono_literals;
using Limit = TokenBudget::Limit;

namespace {

constexpr MonotonicTime kStart{1'000'000'000'000};

int taken(TokenBudget& budget, std::uint64_t client, std::uint64_t resource, MonotonicTime now, int most = 1000) {
  int count = 0;
  while (count < most && budget.take(client, resource, 0, now) == Limit::none) ++count;
  return count;
}

}  // namespace

TEST_CASE("without limits everything is given") {
  TokenBudget budget({});
  CHECK(budget.take(1, 2, UINT64_MAX, kStart) == Limit::none);
  CHECK(taken(budget, 1, 2, kStart) == 1000);
}

TEST_CASE("a client gets its burst at once, then what refills, and never more than the burst") {
  TokenBudget budget({.requests_per_client = {.per_second = 2, .burst = 10}});
  CHECK(taken(budget, 1, 0, kStart) == 10);
  CHECK(taken(budget, 1, 0, kStart + 499ms) == 0);
  CHECK(taken(budget, 1, 0, kStart + 500ms) == 1);
  CHECK(taken(budget, 1, 0, kStart + 3s) == 5);
  CHECK(taken(budget, 1, 0, kStart + 24h) == 10);
}

TEST_CASE("less than one a second is given now and then") {
  TokenBudget budget({.requests_global = {.per_second = 0.1}});
  CHECK(taken(budget, 0, 0, kStart) == 1);
  CHECK(taken(budget, 0, 0, kStart + 9s) == 0);
  CHECK(taken(budget, 0, 0, kStart + 10s) == 1);
}

TEST_CASE("one client's spending leaves others theirs, and nobody in particular is not counted") {
  TokenBudget budget({.requests_per_client = {.per_second = 1, .burst = 3}});
  CHECK(taken(budget, 1, 0, kStart) == 3);
  CHECK(taken(budget, 2, 0, kStart) == 3);
  CHECK(taken(budget, 0, 0, kStart) == 1000);
}

TEST_CASE("bytes are limited like requests, and more than a burst is never given") {
  TokenBudget budget({.bytes_per_resource = {.per_second = 1000, .burst = 5000}});
  CHECK(budget.take(0, 7, 5001, kStart) == Limit::resource);
  CHECK(budget.take(0, 7, 4000, kStart) == Limit::none);
  CHECK(budget.take(0, 7, 2000, kStart) == Limit::resource);
  CHECK(budget.take(0, 7, 2000, kStart + 1s) == Limit::none);
  CHECK(budget.take(0, 7, UINT64_MAX, kStart + 24h) == Limit::resource);
}

TEST_CASE("what a later limit refuses is taken from none of them") {
  TokenBudget budget({.requests_global = {.per_second = 1, .burst = 1},
                      .requests_per_client = {.per_second = 1, .burst = 5},
                      .bytes_per_client = {.per_second = 100, .burst = 500},
                      .requests_per_resource = {.per_second = 1, .burst = 5}});
  REQUIRE(budget.take(1, 2, 100, kStart) == Limit::none);
  for (int i = 0; i < 100; ++i) REQUIRE(budget.take(1, 2, 100, kStart) == Limit::global);
  for (int i = 0; i < 100; ++i) REQUIRE(budget.take(1, 2, 401, kStart) == Limit::client);
  CHECK(budget.left(Limit::client, 1, kStart).requests == Approx(4));
  CHECK(budget.left(Limit::client, 1, kStart).bytes == Approx(400));
  CHECK(budget.left(Limit::resource, 2, kStart).requests == Approx(4));
  CHECK(budget.left(Limit::global, 0, kStart).requests == Approx(0));
  CHECK(std::isinf(budget.left(Limit::global, 0, kStart).bytes));
}

TEST_CASE("a clock that jumps back refills from empty, one that jumps ahead gives one burst") {
  TokenBudget budget({.requests_per_client = {.per_second = 1, .burst = 10}});
  CHECK(taken(budget, 1, 0, kStart + 1'000h) == 10);
  CHECK(taken(budget, 1, 0, kStart) == 0);
  CHECK(taken(budget, 1, 0, kStart + 5s) == 5);
  CHECK(taken(budget, 1, 0, MonotonicTime{INT64_MAX}) == 0);  // beyond the end of time there is no later
  CHECK(taken(budget, 1, 0, kStart + 10s) <= 10);
  CHECK(taken(budget, 1, 0, kStart + 20s) == 10);
}

TEST_CASE("threads that take at once get no more than there is") {
  TokenBudget budget({.requests_global = {.per_second = 1000, .burst = 5000},
                      .bytes_global = {.per_second = 1e6, .burst = 4e5},
                      .requests_per_client = {.per_second = 1000, .burst = 2000},
                      .slots = 16});
  std::atomic<int> given{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 100'000; ++i) {
        // Each thread's clock goes from 0 to a tenth of a second, so together at most that much refills.
        const auto now = kStart + Duration(i * 1000);
        if (budget.take(static_cast<std::uint64_t>(thread), 0, 100, now) == Limit::none) ++given;
      }
    });
  for (auto& thread : threads) thread.join();
  // 100 bytes each: 4000 at once and 1000 in the tenth of a second; the requests' limits are wider.
  CHECK(given <= 5000);
  CHECK(given >= 4990);
}

TEST_CASE("strangers in one slot share it") {
  TokenBudget budget({.requests_per_client = {.per_second = 1, .burst = 1}, .slots = 2});
  int given = 0;
  for (std::uint64_t client = 1; client <= 100; ++client) given += taken(budget, client, 0, kStart);
  CHECK(given == 2);
}
