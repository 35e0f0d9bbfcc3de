#include <catch2/catch.hpp>

#include <harbinger/random.h>

#include <array>
#include <limits>
#include <set>
#include <thread>
#include <vector>

using namespace harbinger;

namespace {

class Scripted final : public Random {
 public:
  explicit Scripted(std::vector<std::uint64_t> values) : values_(std::move(values)) {}
  std::uint64_t next() override { return values_.at(used++); }
  std::size_t used = 0;

 private:
  std::vector<std::uint64_t> values_;
};

constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("below draws again when the value would favour small results") {
  // 2^64 = 3 * 6148914691236517205 + 1: only the very last value belongs to an incomplete run of three.
  Scripted random({kMax, kMax - 1});
  CHECK(random.below(3) == 2);
  CHECK(random.used == 2);
}

TEST_CASE("below takes every value when the bound is a power of two") {
  Scripted random({kMax, 0, 7});
  CHECK(random.below(16) == 15);
  CHECK(random.below(16) == 0);
  CHECK(random.below(1) == 0);
  CHECK(random.used == 3);
}

TEST_CASE("below works with the largest bound") {
  Scripted random({kMax, 42});
  CHECK(random.below(kMax) == 42);
}

TEST_CASE("the system's numbers stay below the bound and reach all values") {
  std::array<int, 10> seen{};
  for (int i = 0; i < 20000; ++i) ++seen.at(system_random().below(10));
  for (const int count : seen) CHECK(count > 1500);
}

TEST_CASE("the system's numbers do not repeat, on any thread") {
  constexpr std::size_t kEach = 200;
  std::vector<std::vector<std::uint64_t>> drawn(4);
  {
    std::vector<std::jthread> threads;
    for (auto& numbers : drawn)
      threads.emplace_back([&numbers] {
        for (std::size_t i = 0; i < kEach; ++i) numbers.push_back(system_random().next());
      });
  }
  std::set<std::uint64_t> all;
  for (const auto& numbers : drawn) all.insert(numbers.begin(), numbers.end());
  CHECK(all.size() == kEach * drawn.size());
}
