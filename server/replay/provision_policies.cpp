#include "server/replay/provision_policies.h"

#include <algorithm>
#include <cmath>

#include "provision/pool_sizer.h"

namespace harbinger::replay {

namespace {

using Made = std::unique_ptr<PoolPolicy>;

// Quantiles, from a half to all.
std::vector<double> shares() {
  std::vector<double> out;
  for (double left = 0.7; left > 5e-5; left *= 0.85) out.push_back(1 - left);
  out.push_back(1);
  return out;
}

class Constant final : public PoolPolicy {
 public:
  explicit Constant(double ready) : ready_(ready) {}
  void step(const PoolStep&) override {}
  double ready() const override { return ready_; }

 private:
  const double ready_;
};

class Reactive final : public PoolPolicy {
 public:
  Reactive(const PoolWorld& world, double over) : world_(world), over_(over) {
    stable_.resize(ticks(60'000));
    panic_.resize(ticks(6'000));
  }

  void step(const PoolStep& step) override {
    add(stable_, step.arrived), add(panic_, step.arrived);
    ++steps_;
    const double stable = wanted(stable_), panic = wanted(panic_);
    if (panic >= 2 * std::max(ready_, 1.0)) panics_until_ = steps_ + stable_.size();
    // In panic it only grows.
    ready_ = steps_ <= panics_until_ ? std::max(ready_, panic) : stable;
  }
  double ready() const override { return ready_; }

 private:
  std::size_t ticks(std::int64_t ms) const {
    return static_cast<std::size_t>(std::max<std::int64_t>(1, ms / world_.step_ms));
  }
  void add(std::vector<double>& ring, double count) const { ring[steps_ % ring.size()] = count; }
  double wanted(const std::vector<double>& ring) const {
    double sum = 0;
    for (const double count : ring) sum += count;
    const auto seen = static_cast<double>(std::min(ring.size(), steps_));
    return std::ceil(over_ * static_cast<double>(world_.window()) * sum / seen - 1e-9);
  }

  const PoolWorld world_;
  const double over_;
  std::vector<double> stable_, panic_;
  std::size_t steps_ = 0, panics_until_ = 0;
  double ready_ = 0;
};

class Ewma final : public PoolPolicy {
 public:
  Ewma(const PoolWorld& world, double pace, double times)
      : pace_(pace), times_(times * static_cast<double>(world.window())) {}
  void step(const PoolStep& step) override {
    mean_ = first_ ? step.arrived : mean_ + pace_ * (step.arrived - mean_);
    first_ = false;
  }
  double ready() const override { return std::ceil(times_ * mean_ - 1e-9); }

 private:
  const double pace_, times_;
  double mean_ = 0;
  bool first_ = true;
};

class Ours final : public PoolPolicy {
 public:
  Ours(const PoolWorld& world, double hit_rate, double cold_cost) {
    provision::PoolSizer::Settings settings{.step = std::chrono::milliseconds(world.step_ms), .start = world.start};
    settings.hit_rate = hit_rate;
    settings.cold_cost = cold_cost;
    settings.most = 1'000'000;
    sizer_ = provision::make_pool_sizer(settings);
  }
  void step(const PoolStep& step) override {
    sizer_->arrived(step.arrived, step.missed);
    if (step.led > 0) sizer_->led(0, step.led);
    sizer_->step(step.at);
  }
  double ready() const override { return sizer_->target().ready; }
  double keep() const override { return sizer_->target().keep; }

 private:
  std::unique_ptr<provision::PoolSizer> sizer_;
};

Made constant_of(const PoolSeries& pool, const PoolWorld& world, bool judged, double share) {
  auto sums = window_sums(pool.arrivals, world.window());
  const auto middle = sums.begin() + static_cast<std::ptrdiff_t>(std::min(world.judged_from, sums.size()));
  if (judged)
    sums.erase(sums.begin(), middle);
  else
    sums.erase(middle, sums.end());
  return std::make_unique<Constant>(quantile_of(std::move(sums), share));
}

std::vector<double> multiples() {
  std::vector<double> out;
  for (double times = 0.5; times < 40; times *= 1.1) out.push_back(times);
  return out;
}

}  // namespace

std::size_t delay_of(std::int64_t step_ms, std::chrono::milliseconds start) {
  const auto timing = provision::SizerTiming::of(std::chrono::milliseconds(step_ms), start);
  return std::size_t{timing.delay} * timing.steps;
}

std::vector<double> window_sums(const std::vector<double>& arrivals, std::size_t window) {
  std::vector<double> out(arrivals.size());
  double sum = 0;
  for (std::size_t i = arrivals.size(); i-- > 0;) {
    sum += arrivals[i];
    if (i + window < arrivals.size()) sum -= arrivals[i + window];
    out[i] = sum;
  }
  return out;
}

double quantile_of(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto place =
      std::min(static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))), values.size());
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(place > 0 ? place - 1 : 0);
  std::ranges::nth_element(values, at);
  return *at;
}

PoolFamily static_trained() {
  return {"static_trained", shares(),
          [](const auto& pool, const auto& world, double share) { return constant_of(pool, world, false, share); }};
}

PoolFamily static_hindsight() {
  return {"static_hindsight", shares(),
          [](const auto& pool, const auto& world, double share) { return constant_of(pool, world, true, share); }};
}

PoolFamily reactive_kpa() {
  return {"reactive_kpa", multiples(),
          [](const auto&, const auto& world, double over) -> Made { return std::make_unique<Reactive>(world, over); }};
}

PoolFamily ewma_times(double pace) {
  std::string name = "ewma_" + std::to_string(pace);
  name.erase(name.find_last_not_of('0') + 1);
  return {name, multiples(), [pace](const auto&, const auto& world, double times) -> Made {
            return std::make_unique<Ewma>(world, pace, times);
          }};
}

PoolFamily ours_by_hits() {
  return {
      "harbinger",
      {0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.993, 0.995, 0.997, 0.9985, 0.9995},
      [](const auto&, const auto& world, double hits) -> Made { return std::make_unique<Ours>(world, hits, 0); }};
}

PoolFamily ours_by_cost() {
  return {"harbinger, by costs", {}, [](const auto&, const auto& world, double cost) -> Made {
            return std::make_unique<Ours>(world, 0, cost);
          }};
}

}  // namespace harbinger::replay
