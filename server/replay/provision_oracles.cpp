// Policies that know what nobody can know.
#include <algorithm>

#include "server/replay/provision_policies.h"

namespace harbinger::replay {

namespace {

using Made = std::unique_ptr<PoolPolicy>;

// One number for each step, from the end of that step on.
class Script final : public PoolPolicy {
 public:
  explicit Script(std::vector<double> ready) : ready_(std::move(ready)) {}
  void step(const PoolStep&) override { ++at_; }
  double ready() const override { return at_ > 0 && at_ <= ready_.size() ? ready_[at_ - 1] : 0; }

 private:
  const std::vector<double> ready_;
  std::size_t at_ = 0;
};

Made knows_all(const PoolSeries& pool, const PoolWorld& world) {
  auto ready = window_sums(pool.arrivals, world.window());
  ready.erase(ready.begin());
  ready.push_back(0);
  return std::make_unique<Script>(std::move(ready));
}

// Of each step: how many of the next window's arrivals were heard of by its end.
std::vector<double> heard_of(const PoolSeries& pool, const PoolWorld& world) {
  const auto steps = pool.arrivals.size();
  std::vector<double> changes(steps + 1);
  for (const auto& visitor : pool.visitors) {
    if (visitor.arrived == PoolSeries::kNever || visitor.led == PoolSeries::kNever) continue;
    // It is in the window at the ends of the steps from `arrived - window` to `arrived - 1`, and known from that of `led` on.
    const auto window = static_cast<std::uint32_t>(world.window());
    const auto from = std::max(visitor.led, visitor.arrived >= window ? visitor.arrived - window : 0);
    if (from >= visitor.arrived) continue;
    ++changes[from];
    --changes[visitor.arrived];
  }
  double sum = 0;
  for (auto& each : changes) each = sum += each;
  changes.resize(steps);
  return changes;
}

Made knows_leads(const PoolSeries& pool, const PoolWorld& world, double share) {
  auto known = heard_of(pool, world);
  auto coming = window_sums(pool.arrivals, world.window());
  std::vector<double> unknown;
  for (auto i = world.judged_from; i + 1 < coming.size(); ++i) unknown.push_back(coming[i + 1] - known[i]);
  const double more = quantile_of(std::move(unknown), share);
  for (auto& each : known) each += more;
  return std::make_unique<Script>(std::move(known));
}

}  // namespace

PoolFamily perfect_foresight() {
  return {"perfect_foresight", {1}, [](const auto& pool, const auto& world, double) { return knows_all(pool, world); }};
}

PoolFamily lead_oracle() {
  std::vector<double> shares{0};
  for (double left = 0.9; left > 1e-4; left *= 0.75) shares.push_back(1 - left);
  shares.push_back(1);
  return {"lead_oracle", shares,
          [](const auto& pool, const auto& world, double share) { return knows_leads(pool, world, share); }};
}

}  // namespace harbinger::replay
