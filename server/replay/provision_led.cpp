// Arrivals of our own making, with what comes before them.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "server/replay/provision_feed.h"

namespace harbinger::replay {

namespace {

// The same on every machine, which the distributions of the standard library do not promise.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  double share() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  double bell() {
    const double far = std::sqrt(-2 * std::log(1 - share()));
    return far * std::cos(2 * std::numbers::pi * share());
  }
  unsigned poisson(double mean) {
    unsigned count = 0;
    for (double left = -std::log(1 - share()); left < mean; left -= std::log(1 - share())) ++count;
    return count;
  }

 private:
  std::mt19937_64 random_;
};

// How many want something, second by second.
class Interest {
 public:
  Interest(const LedSettings& settings, Dice& dice) : settings_(settings), dice_(dice) { next_crowd(0); }

  double at(std::size_t second) {
    constexpr double kDay = 86'400, kStay = 1.0 / 900;
    mood_ += -kStay * mood_ + 0.35 * std::sqrt(2 * kStay) * dice_.bell();
    const double hour = 2 * std::numbers::pi * (static_cast<double>(second) / kDay - 0.3);
    const double usual = settings_.rate * (1 + 0.7 * std::sin(hour)) * std::exp(mood_ - 0.06);
    return usual + settings_.rate * crowd(second);
  }

 private:
  // Comes within a minute or so, and goes slowly.
  double crowd(std::size_t second) {
    if (!settings_.crowds || second < begins_) return 0;
    const auto since = static_cast<double>(second - begins_);
    if (since > 8 * goes_) next_crowd(second);
    return size_ * (1 - std::exp(-since / comes_)) * std::exp(-since / goes_);
  }
  void next_crowd(std::size_t second) {
    begins_ = second + 600 + static_cast<std::size_t>(-std::log(1 - dice_.share()) * 10'000);
    size_ = 2 + 6 * dice_.share();
    comes_ = 5 + 40 * dice_.share();
    goes_ = 60 + 240 * dice_.share();
  }

  const LedSettings& settings_;
  Dice& dice_;
  double mood_ = 0, size_ = 0, comes_ = 1, goes_ = 1;
  std::size_t begins_ = 0;
};

// Seconds from a query to the arrival that it told of.
std::size_t lag(Dice& dice) {
  constexpr double kLeast = 4, kMiddle = 12, kSpread = 0.7, kMost = 120;
  return static_cast<std::size_t>(std::min(kMost, kLeast + kMiddle * std::exp(kSpread * dice.bell())));
}

}  // namespace

ProvisionFeed led_arrivals(const LedSettings& settings) {
  Dice dice(settings.seed);
  Interest interest(settings, dice);
  const auto steps = static_cast<std::size_t>(settings.days * 86'400);
  PoolSeries pool{.name = "led", .arrivals = std::vector<double>(steps), .leads = std::vector<double>(steps)};
  for (std::size_t second = 0; second < steps; ++second) {
    const double rate = interest.at(second);
    // Sessions, and queries that come to nothing.
    for (auto left = dice.poisson(rate); left > 0; --left) {
      const auto arrives = second + lag(dice);
      const bool heard = dice.share() < settings.heard;
      if (heard) ++pool.leads[second];
      if (arrives >= steps) continue;
      ++pool.arrivals[arrives];
      pool.visitors.push_back({.led = heard ? static_cast<std::uint32_t>(second) : PoolSeries::kNever,
                               .arrived = static_cast<std::uint32_t>(arrives)});
    }
    const double idle_talk = settings.for_nothing / (1 - settings.for_nothing) * settings.heard;
    pool.leads[second] += dice.poisson(rate * idle_talk);
  }
  std::ranges::stable_sort(pool.visitors, {}, &PoolSeries::Visitor::arrived);
  ProvisionFeed feed{.name = "dns-led " + std::to_string(settings.seed), .step_ms = 1000};
  feed.pools.push_back(std::move(pool));
  return feed;
}

}  // namespace harbinger::replay
