#include <harbinger/token_budget.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <harbinger/random.h>

namespace harbinger {

namespace {

// How far two threads' readings of the clock may lie apart without meaning that the clock jumped.
constexpr std::int64_t kJumpBack = 1'000'000'000;

std::int64_t add(std::int64_t time, std::int64_t span) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(time, span, &sum) ? std::numeric_limits<std::int64_t>::max() : sum;
}

// A bucket as one word: the time at which it will be full again. Taking moves that time on by what the tokens take to refill, and may move
// it no further than `burst` ahead of now. That is a bucket of tokens with time for its unit (the generic cell rate algorithm of ITU-T
// I.371), and one compare-and-swap does it.
class Bucket {
 public:
  bool take(std::int64_t price, std::int64_t burst, std::int64_t now) noexcept {
    auto full_at = full_at_.load(std::memory_order_relaxed);
    for (;;) {
      // Later than it can be: the clock went back.
      const auto known = full_at > add(add(now, burst), kJumpBack) ? add(now, burst) : full_at;
      std::int64_t after = 0;
      if (__builtin_add_overflow(std::max(known, now), price, &after) || after > add(now, burst)) {
        if (known == full_at || full_at_.compare_exchange_weak(full_at, known, std::memory_order_relaxed)) return false;
        continue;
      }
      if (full_at_.compare_exchange_weak(full_at, after, std::memory_order_relaxed)) return true;
    }
  }
  void give_back(std::int64_t price) noexcept { full_at_.fetch_sub(price, std::memory_order_relaxed); }
  /// In nanoseconds of refilling.
  std::int64_t left(std::int64_t burst, std::int64_t now) const noexcept {
    const auto full_at = full_at_.load(std::memory_order_relaxed);
    return full_at <= now ? burst : std::max<std::int64_t>(add(now, burst) - full_at, 0);
  }

 private:
  std::atomic<std::int64_t> full_at_{0};
};

// A Rate in nanoseconds.
struct Price {
  double of_one = 0;  // 0: no limit
  std::int64_t burst = 0;

  explicit Price(const Rate& rate) {
    if (!(rate.per_second > 0)) return;
    const double held = rate.burst > 0 ? rate.burst : std::max(rate.per_second, 1.0);
    of_one = 1e9 / rate.per_second;
    burst = static_cast<std::int64_t>(std::min(std::ceil(held * of_one), kMost));
  }
  // Rounded up, so that rounding never gives more.
  std::int64_t of(std::uint64_t count) const {
    return static_cast<std::int64_t>(std::min(std::ceil(static_cast<double>(count) * of_one), 2 * kMost));
  }
  static constexpr double kMost = 1e18;  // thirty years
};

struct Pair {
  Bucket requests, bytes;
};

struct Prices {
  Price requests, bytes;

  bool unlimited() const { return requests.of_one == 0 && bytes.of_one == 0; }
  bool take(Pair& from, std::uint64_t count, std::int64_t now) const noexcept {
    if (requests.of_one > 0 && !from.requests.take(requests.of(1), requests.burst, now)) return false;
    if (bytes.of_one == 0 || from.bytes.take(bytes.of(count), bytes.burst, now)) return true;
    if (requests.of_one > 0) from.requests.give_back(requests.of(1));
    return false;
  }
  void give_back(Pair& to, std::uint64_t count) const noexcept {
    if (requests.of_one > 0) to.requests.give_back(requests.of(1));
    if (bytes.of_one > 0) to.bytes.give_back(bytes.of(count));
  }
};

}  // namespace

struct TokenBudget::Tables {
  explicit Tables(const Settings& settings)
      : client{Price(settings.requests_per_client), Price(settings.bytes_per_client)},
        resource{Price(settings.requests_per_resource), Price(settings.bytes_per_resource)},
        global{Price(settings.requests_global), Price(settings.bytes_global)},
        shift(64 - std::bit_width(std::bit_ceil(std::max<std::size_t>(settings.slots, 2)) - 1)),
        seed(system_random().next()),
        clients(client.unlimited() ? 0 : std::size_t{1} << (64 - shift)),
        resources(resource.unlimited() ? 0 : std::size_t{1} << (64 - shift)) {}

  // Seeded, so that nobody can choose a name that shares its slot with another.
  std::size_t slot(std::uint64_t key) const noexcept {
    key = (key ^ seed) * 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(((key ^ key >> 32 ^ seed) * 0xd6e8feb86659fd93) >> shift);
  }
  Pair* client_pair(std::uint64_t key) noexcept { return key == 0 || clients.empty() ? nullptr : &clients[slot(key)]; }
  Pair* resource_pair(std::uint64_t key) noexcept {
    return key == 0 || resources.empty() ? nullptr : &resources[slot(key)];
  }

  const Prices client, resource, global;
  const int shift;
  const std::uint64_t seed;
  std::vector<Pair> clients, resources;
  Pair all;
};

TokenBudget::TokenBudget(const Settings& settings) : tables_(std::make_unique<Tables>(settings)) {}
TokenBudget::~TokenBudget() = default;

TokenBudget::Limit TokenBudget::take(std::uint64_t client, std::uint64_t resource, std::uint64_t bytes,
                                     MonotonicTime now) noexcept {
  Tables& tables = *tables_;
  Pair* const of_client = tables.client_pair(client);
  if (of_client && !tables.client.take(*of_client, bytes, now.ns)) return Limit::client;
  Pair* const of_resource = tables.resource_pair(resource);
  const bool resource_agrees = !of_resource || tables.resource.take(*of_resource, bytes, now.ns);
  if (resource_agrees && tables.global.take(tables.all, bytes, now.ns)) return Limit::none;
  // What was taken meanwhile looked like somebody's: at worst another was refused.
  if (of_client) tables.client.give_back(*of_client, bytes);
  if (!resource_agrees) return Limit::resource;
  if (of_resource) tables.resource.give_back(*of_resource, bytes);
  return Limit::global;
}

TokenBudget::Left TokenBudget::left(Limit which, std::uint64_t key, MonotonicTime now) const noexcept {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  Tables& tables = *tables_;
  const Prices& prices = which == Limit::client     ? tables.client
                         : which == Limit::resource ? tables.resource
                                                    : tables.global;
  const Pair* const pair = which == Limit::client     ? tables.client_pair(key)
                           : which == Limit::resource ? tables.resource_pair(key)
                                                      : &tables.all;
  if (!pair || which == Limit::none) return {kInfinite, kInfinite};
  const auto tokens = [&](const Price& price, const Bucket& bucket) {
    return price.of_one == 0 ? kInfinite : static_cast<double>(bucket.left(price.burst, now.ns)) / price.of_one;
  };
  return {tokens(prices.requests, pair->requests), tokens(prices.bytes, pair->bytes)};
}

}  // namespace harbinger
