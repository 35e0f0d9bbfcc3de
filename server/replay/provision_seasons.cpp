// Policies that go by the same time of other days, or by how long it was since the last time.
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include "server/replay/provision_policies.h"

namespace harbinger::replay {

namespace {

using Made = std::unique_ptr<PoolPolicy>;
constexpr UnixMillis kDay = 86'400'000, kHalfHour = 1'800'000;
constexpr std::size_t kSlots = 48, kDays = 7;
constexpr std::size_t kFew = 64;  // windows, of which each is looked at at once

// A quantile of the windows of each half hour, of the days before.
class Seasonal final : public PoolPolicy {
 public:
  Seasonal(const PoolWorld& world, double share) : world_(world), share_(share) {}

  void step(const PoolStep& step) override {
    recent_.push_back(step.arrived);
    sum_ += step.arrived;
    if (recent_.size() > world_.window()) {
      sum_ -= recent_.front();
      recent_.pop_front();
    }
    const auto slot = slot_of(step.at - 1);
    if (slot != slot_) {
      if (!present_.empty()) end_slot();
      slot_ = slot;
    }
    present_.push_back(sum_);
    const auto next = slot_of(step.at);
    const bool tells = present_.size() < kFew || present_.size() % kFew == 0;
    if (next != said_for_ && tells) say(next);
  }
  double ready() const override { return ready_; }

 private:
  static std::size_t slot_of(UnixMillis at) { return static_cast<std::size_t>((at % kDay + kDay) % kDay / kHalfHour); }

  void end_slot() {
    auto& days = days_[slot_];
    days.push_back(std::exchange(present_, {}));
    if (days.size() > kDays) days.pop_front();
    said_for_ = kSlots;
  }

  // Without a day before, by all that was seen since.
  void say(std::size_t slot) {
    std::vector<double> values;
    for (const auto& day : days_[slot]) values.insert(values.end(), day.begin(), day.end());
    if (values.empty()) {
      values = present_;
    } else {
      said_for_ = slot;
    }
    ready_ = quantile_of(std::move(values), share_);
  }

  const PoolWorld world_;
  const double share_;
  std::deque<double> recent_;
  double sum_ = 0, ready_ = 0;
  std::size_t slot_ = kSlots, said_for_ = kSlots;
  std::vector<double> present_;
  std::array<std::deque<std::vector<double>>, kSlots> days_;
};

// One histogram for a function: minutes between two steps in which it is called.
class HybridHistogram final : public PoolPolicy {
 public:
  HybridHistogram(const PoolWorld& world, double tail)
      : minutes_of_step_(static_cast<double>(world.step_ms) / 60'000),
        window_(static_cast<double>(world.window())),
        tail_(tail) {}

  void step(const PoolStep& step) override {
    idle_ += minutes_of_step_;
    if (step.arrived > 0) {
      if (called_) add(std::exchange(idle_, minutes_of_step_));
      idle_ = minutes_of_step_;
      called_ = true;
      level_ = std::max(std::max(step.arrived * window_, 1.0), 0.9 * level_);
    }
    const auto [from, until] = ready_span();
    // The next step is that many minutes after the last call.
    ready_ = called_ && idle_ + minutes_of_step_ > from && idle_ <= until ? std::ceil(level_ - 1e-9) : 0;
  }
  double ready() const override { return ready_; }

 private:
  static constexpr std::size_t kMinutes = 240;

  void add(double minutes) {
    ++seen_;
    if (minutes < kMinutes) ++bins_[static_cast<std::size_t>(minutes)], ++inside_;
  }

  struct Span {
    double from = 0, until = kMinutes;
  };
  // Few calls, or mostly longer pauses than there are bins: kept for as long as bins reach, as the paper does before its ARIMA.
  Span ready_span() const {
    constexpr std::size_t kEnough = 5;
    if (seen_ < kEnough || 2 * inside_ < seen_) return {};
    constexpr double kHead = 0.05, kMargin = 0.9;
    const double from = quantile(kHead), until = quantile(tail_) + 1;
    return {kMargin * from, until / kMargin};
  }

  double quantile(double share) const {
    double sum = 0;
    for (std::size_t i = 0; i < kMinutes; ++i) {
      sum += static_cast<double>(bins_[i]);
      if (sum >= share * static_cast<double>(inside_)) return static_cast<double>(i);
    }
    return kMinutes;
  }

  const double minutes_of_step_, window_, tail_;
  std::array<std::size_t, kMinutes> bins_{};
  std::size_t seen_ = 0, inside_ = 0;
  double idle_ = 0, level_ = 0, ready_ = 0;
  bool called_ = false;
};

}  // namespace

PoolFamily seasonal_quantile() {
  std::vector<double> shares;
  for (double left = 0.6; left > 1e-4; left *= 0.75) shares.push_back(1 - left);
  shares.push_back(1);
  return {"seasonal_quantile", shares, [](const auto&, const auto& world, double share) -> Made {
            return std::make_unique<Seasonal>(world, share);
          }};
}

PoolFamily hybrid_histogram() {
  return {"hybrid_histogram",
          {0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995, 1},
          [](const auto&, const auto& world, double tail) -> Made {
            return std::make_unique<HybridHistogram>(world, tail);
          }};
}

}  // namespace harbinger::replay
