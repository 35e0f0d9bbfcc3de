#include "provision/residual_levels.h"

#include <algorithm>
#include <cmath>

namespace harbinger::provision {

namespace {

enum Ruler : std::size_t { root, itself, constant, bursting };

constexpr float kMemory = 1.0F / 8000, kLossMemory = 1.0F / 4000;
constexpr float kLargestGain = 1e6F;
// Of units, and of their usual multiples: so that one arrival where hardly any is expected is still within the bins.
constexpr float kLeastExpected = 0.05F, kLeastUnit = 0.3F, kLeastUsual = 0.15F;

// Edges of the bins: fifths of a unit where most is, then ever wider.
struct Edges {
  static constexpr std::size_t kBins = 80, kEven = 50;
  static constexpr float kFirst = -5, kWide = 0.2F, kGrowth = 1.09F;
  std::array<float, kBins + 1> at{};
  constexpr Edges() {
    float edge = kFirst, width = kWide;
    for (std::size_t i = 0; i <= kBins; ++i, edge += width) {
      at[i] = edge;
      if (i >= kEven) width *= kGrowth;
    }
  }
  std::size_t bin(float value) const {
    if (!(value > kFirst)) return 0;
    if (value < at[kEven]) return static_cast<std::size_t>((value - kFirst) / kWide);
    const auto above = std::upper_bound(at.begin() + kEven, at.end(), value) - at.begin();
    return std::min<std::size_t>(static_cast<std::size_t>(above) - 1, kBins - 1);
  }
};
constexpr Edges kEdges;

}  // namespace

// Before anything is known: as if counts were Poisson's, which are near the bell curve.
ResidualLevels::ResidualLevels() {
  constexpr float kPrior = 40;
  const auto below = [](float z) { return 0.5F * std::erfc(-z / std::sqrt(2.0F)); };
  constexpr std::array<float, kRulers> kFrom{0, 0, 1.2F, 0}, kWide{1.25F, 1.25F, 1, 1.25F};
  for (std::size_t ruler = 0; ruler < kRulers; ++ruler) {
    auto& made = rulers_[ruler];
    made.usual = ruler == constant ? 1 : 0.8F;
    for (std::size_t i = 0; i < kBins; ++i) {
      const auto z = [&](std::size_t edge) { return (kEdges.at[edge] - kFrom[ruler]) / kWide[ruler]; };
      made.bins[i] = kPrior * (below(z(i + 1)) - below(z(i)));
      made.all += made.bins[i];
    }
    refresh(ruler);
  }
  for (auto& each : weights_) each.fill(1.0F / kRulers);
}

ResidualLevels::Stand ResidualLevels::stand(float expected) const {
  const float wide = std::sqrt(std::max(expected, kLeastExpected));
  Stand out;
  out.from = {expected, expected, 0, expected};
  out.unit = {wide, std::max(expected, kLeastUnit), std::max(mean_, kLeastUnit), wide * std::sqrt(near_ / far_)};
  return out;
}

ResidualLevels::Levels ResidualLevels::at(const Stand& stand) const {
  Levels out{};
  for (std::size_t ruler = 0; ruler < kRulers; ++ruler) {
    const float unit = stand.unit[ruler] * rulers_[ruler].usual;
    for (std::size_t level = 0; level < kLevels; ++level)
      out[level] += weights_[level][ruler] * (stand.from[ruler] + unit * rulers_[ruler].quantiles[level]);
  }
  return out;
}

void ResidualLevels::learn(const Stand& stand, float count, float last) {
  count_ = std::min(count_ + 1, 1e6F);
  gain_ *= 1 + kMemory;
  if (gain_ > kLargestGain) rescale(1 / gain_);
  const float pace = std::max(1 / count_, kMemory);
  judge(stand, count - last, last);
  mean_ += pace * (count - mean_);
  for (std::size_t ruler = 0; ruler < kRulers; ++ruler) {
    auto& each = rulers_[ruler];
    const float distance = (count - stand.from[ruler]) / stand.unit[ruler];
    each.bins[kEdges.bin(distance / each.usual)] += gain_;
    each.all += gain_;
    constexpr float kUsualPace = 1.0F / 2000;
    each.usual += std::max(1 / (count_ + 40), kUsualPace) * (std::min(std::abs(distance), 50.0F) - each.usual);
    each.usual = std::max(each.usual, kLeastUsual);
  }
  const float distance = std::min(std::abs(count - stand.from[root]) / stand.unit[root], 50.0F);
  far_ = std::max(far_ + std::max(1 / (count_ + 40), 0.001F) * (distance - far_), kLeastUsual);
  near_ = std::max(near_ + 0.1F * (distance - near_), kLeastUsual);

  // Tables are made anew often while little is known, later one at a time.
  const auto turn = static_cast<std::uint32_t>(count_) % 16;
  for (std::size_t ruler = 0; ruler < kRulers; ++ruler)
    if (count_ < 200 || turn == ruler) refresh(ruler);
  if (count_ < 200 || turn == kRulers) weigh();
}

// What each ruler alone, and all together, would have had idle, and how many would have found none.
void ResidualLevels::judge(const Stand& stand, float before, float last) {
  const float pace = std::max(1 / count_, kLossMemory);
  const auto together = at(stand);
  const auto note = [&](std::size_t level, std::size_t who, float ready) {
    // Rounded as instances are; in a way that compilers turn into vectors.
    const float whole = static_cast<float>(static_cast<std::int32_t>(std::clamp(ready, 0.0F, 1e9F) + 0.5F));
    const float there = std::max(0.0F, whole - before);
    idle_[level][who] += pace * (std::max(0.0F, there - last) - idle_[level][who]);
    missed_[level][who] += pace * (std::max(0.0F, last - there) - missed_[level][who]);
  };
  for (std::size_t level = 0; level < kLevels; ++level) {
    for (std::size_t ruler = 0; ruler < kRulers; ++ruler)
      note(level, ruler,
           stand.from[ruler] + stand.unit[ruler] * rulers_[ruler].usual * rulers_[ruler].quantiles[level]);
    note(level, kRulers, together[level]);
  }
}

// How many idle instances one who finds none is worth, where this level is right.
float ResidualLevels::price(std::size_t level) const {
  const auto below = level > 0 ? level - 1 : 0, above = std::min(level + 1, kLevels - 1);
  const float fewer = missed_[below][kRulers] - missed_[above][kRulers];
  const float more = idle_[above][kRulers] - idle_[below][kRulers];
  const float usual = (1 - kTails[level]) / kTails[level];
  return std::clamp(more / std::max(fewer, 1e-9F), usual / 4, 40 * usual);
}

void ResidualLevels::refresh(std::size_t ruler) {
  auto& each = rulers_[ruler];
  float above = 0;
  std::size_t bin = kBins;
  for (std::size_t level = kLevels; level-- > 0;) {
    const float wanted = kTails[level] * each.all;
    while (bin > 0 && above + each.bins[bin - 1] < wanted) above += each.bins[--bin];
    const auto at = bin == 0 ? 0 : bin - 1;
    const float inside = each.bins[at] > 0 ? std::clamp((wanted - above) / each.bins[at], 0.0F, 1.0F) : 0;
    each.quantiles[level] = kEdges.at[at + 1] - inside * (kEdges.at[at + 1] - kEdges.at[at]);
  }
}

void ResidualLevels::weigh() {
  for (std::size_t level = 0; level < kLevels; ++level) {
    auto& weights = weights_[level];
    const float missing = price(level);
    std::array<float, kRulers> costs{};
    for (std::size_t ruler = 0; ruler < kRulers; ++ruler)
      costs[ruler] = std::max(idle_[level][ruler] + missing * missed_[level][ruler], 1e-6F);
    const float best = std::ranges::min(costs);
    float sum = 0;
    for (std::size_t ruler = 0; ruler < kRulers; ++ruler) {
      float power = best / costs[ruler];
      for (int i = 0; i < 7; ++i) power *= power;  // the 128th
      sum += weights[ruler] = power;
    }
    for (auto& weight : weights) weight /= sum;
  }
}

void ResidualLevels::rescale(float by) {
  for (auto& ruler : rulers_) {
    for (auto& bin : ruler.bins) bin *= by;
    ruler.all *= by;
  }
  gain_ *= by;
}

}  // namespace harbinger::provision
