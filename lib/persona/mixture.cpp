#include "persona/mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace harbinger::persona {

namespace {

constexpr float kUnit = 1.0F / kTokenUnit;

// How many tokens of everybody's each cluster is thought to have seen before its first own one.
constexpr std::array<float, kParts> kAlpha{20, 10, 20, 4, 6, 4, 3, 3, 4, 4, 4 * ClientState::kPooled};
// Of each different thing, so much is taken away and given to what was not seen. Only where there are many things.
constexpr std::array<float, kParts> kDiscount{0.7F, 0.7F, 0.8F};
// Tokens of nobody's, spread evenly, so that a new thing is unusual, not impossible.
constexpr std::array<float, kParts> kSpread{40, 20, 40, 8, 20, 6, 2, 10, 2, 2, 128};
// Parts that say the same twice (a resource and its site) or of which many numbers say one thing (the network's state) count less.
constexpr std::array<float, kParts> kTrust{0.7F, 0.3F, 0.6F, 1.0F, 1.0F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.15F};
constexpr float kStale = 1.1F;
// What a client remembers of order is not more when it does more.
constexpr float kMostEvidence = 20;

float spare_of(std::uint32_t types, std::size_t part) {
  return kAlpha[part] + kDiscount[part] * static_cast<float>(types);
}

}  // namespace

Mixture::Mixture()
    : counts_(std::size_t{kMost} * kRows),
      ratios_(std::size_t{kMost} * kRows),
      norms_(kMost * kParts),
      usual_(kRows),
      spare_(kMost * kParts) {
  for (std::size_t part = 0; part < kParts; ++part) std::fill_n(&spare_[part * kMost], kMost, kAlpha[part]);
  refresh();
}

float Mixture::ratio_of(std::uint32_t cluster, std::int32_t count, std::uint32_t row, std::size_t part) const {
  const float seen = static_cast<float>(count) * kUnit - kDiscount[part];
  return seen <= 0 ? 0 : std::log1p(seen / (spare_[part * kMost + cluster] * usual_[row]));
}

void Mixture::change(std::uint32_t cluster, const Tokens& tokens, int sign) {
  auto* const own = column(cluster);
  for (std::size_t part = 0; part < kParts; ++part) {
    for (const auto [row, weight] : tokens.of(part)) {
      const bool was = own[row] != 0;
      own[row] += sign * weight;
      types_[cluster][part] += static_cast<std::uint32_t>(own[row] != 0) - static_cast<std::uint32_t>(was);
      ratios_[row * kMost + cluster] = ratio_of(cluster, own[row], row, part);
    }
    totals_[cluster][part] += sign * tokens.total[part];
    refresh_spare(cluster, part);
  }
  members_[cluster] += static_cast<std::uint32_t>(sign);
  end_ = std::max(end_, cluster + 1);
  while (end_ > 1 && members_[end_ - 1] == 0) --end_;
}

void Mixture::count(const Tokens& tokens, int sign) {
  auto* const all = column(0);
  for (std::size_t part = 0; part < kParts; ++part) {
    totals_[0][part] += sign * tokens.total[part];
    for (const auto [row, weight] : tokens.of(part)) {
      all[row] += sign * weight;
      if (sign > 0) watch_unusual(row, part);
    }
  }
  members_[0] += static_cast<std::uint32_t>(sign);
}

// A new thing that many turn to at once would make friends of all of them, were it as unusual as it used to be.
void Mixture::watch_unusual(std::uint32_t row, std::size_t part) {
  const float now = usual_now(row, part);
  if (now < 2 * usual_[row]) return;
  usual_[row] = now;
  refresh_row(row, part);
}

float Mixture::usual_now(std::uint32_t row, std::size_t part) const {
  const float spread = kSpread[part] / static_cast<float>(kPartRows[part]);
  return (static_cast<float>(column(0)[row]) * kUnit + spread) /
         (static_cast<float>(totals_[0][part]) * kUnit + kSpread[part]);
}

void Mixture::refresh_spare(std::uint32_t cluster, std::size_t part) {
  auto& spare = spare_[part * kMost + cluster];
  const float now = spare_of(types_[cluster][part], part);
  if (now > spare * kStale || now * kStale < spare) {
    spare = now;
    refresh_column(cluster, part);
  }
  refresh_norm(cluster, part);
}

void Mixture::refresh_norm(std::uint32_t cluster, std::size_t part) {
  const auto total = static_cast<float>(totals_[cluster][part]) * kUnit;
  norms_[part * kMost + cluster] = std::log((total + kAlpha[part]) / spare_[part * kMost + cluster]);
}

void Mixture::refresh_column(std::uint32_t cluster, std::size_t part) {
  const auto* const own = column(cluster);
  for (auto row = kPartBegin[part]; row < kPartBegin[part + 1]; ++row)
    if (own[row] != 0) ratios_[row * kMost + cluster] = ratio_of(cluster, own[row], row, part);
}

void Mixture::refresh_row(std::uint32_t row, std::size_t part) {
  for (std::uint32_t cluster = 1; cluster < kMost; ++cluster)
    if (const auto count = column(cluster)[row]; count != 0)
      ratios_[row * kMost + cluster] = ratio_of(cluster, count, row, part);
}

void Mixture::refresh() {
  for (std::size_t part = 0; part < kParts; ++part) {
    for (auto row = kPartBegin[part]; row < kPartBegin[part + 1]; ++row) usual_[row] = usual_now(row, part);
    for (std::uint32_t cluster = 1; cluster < kMost; ++cluster) {
      spare_[part * kMost + cluster] = spare_of(types_[cluster][part], part);
      if (cluster < end_) refresh_column(cluster, part);
      refresh_norm(cluster, part);
    }
  }
}

float Mixture::evidence(std::uint32_t cluster) const {
  return std::min(static_cast<float>(totals_[cluster][0]) * kUnit,
                  kMostEvidence * static_cast<float>(members_[cluster]));
}

void Mixture::set_lag(const Lag& lag) {
  usual_ = lag.usual;
  spare_ = lag.spare;
  for (std::size_t part = 0; part < kParts; ++part)
    for (std::uint32_t cluster = 1; cluster < kMost; ++cluster) {
      if (cluster < end_) refresh_column(cluster, part);
      refresh_norm(cluster, part);
    }
}

std::uint32_t Mixture::free(std::span<const std::uint8_t> taken) const {
  for (std::uint32_t cluster = 1; cluster < kMost; ++cluster)
    if (members_[cluster] == 0 && !taken[cluster]) return cluster;
  return 0;
}

void Mixture::score(const Tokens& tokens, Scores& scores) const {
  const std::uint32_t blocks = (end_ + kBlock - 1) / kBlock;
  std::fill_n(scores.begin(), blocks * kBlock, 0.0F);
  const auto add = [&](float weight, const float* values) {
    for (std::uint32_t block = 0; block < blocks; ++block)
      for (std::uint32_t i = 0; i < kBlock; ++i) scores[block * kBlock + i] += weight * values[block * kBlock + i];
  };
  for (std::size_t part = 0; part < kParts; ++part) {
    if (tokens.total[part] == 0) continue;
    for (const auto [row, weight] : tokens.of(part)) add(kTrust[part] * kUnit * weight, &ratios_[row * kMost]);
    add(-kTrust[part] * kUnit * tokens.total[part], &norms_[part * kMost]);
  }
  for (std::uint32_t cluster = 0; cluster < blocks * kBlock; ++cluster)
    if (cluster == 0 || members_[cluster] == 0) scores[cluster] = -std::numeric_limits<float>::infinity();
}

float Mixture::score_in(std::uint32_t cluster, const Tokens& tokens) const {
  float score = 0;
  for (std::size_t part = 0; part < kParts; ++part) {
    float sum = -static_cast<float>(tokens.total[part]) * norms_[part * kMost + cluster];
    for (const auto [row, weight] : tokens.of(part)) sum += weight * ratios_[row * kMost + cluster];
    score += kTrust[part] * kUnit * sum;
  }
  return score;
}

float Mixture::score_apart(std::uint32_t one, std::uint32_t other, const std::uint32_t* types,
                           const Tokens& tokens) const {
  const auto* const a = column(one);
  const auto* const b = other == 0 ? nullptr : column(other);
  float score = 0;
  for (std::size_t part = 0; part < kParts; ++part) {
    if (tokens.total[part] == 0) continue;
    auto total = totals_[one][part] - tokens.total[part];
    if (b) total += totals_[other][part];
    auto left = types ? types[part] : types_[one][part];
    if (kDiscount[part] > 0)
      for (const auto [row, weight] : tokens.of(part)) left -= a[row] + (b ? b[row] : 0) == weight;
    const float spare = spare_of(left, part);
    float sum =
        -static_cast<float>(tokens.total[part]) * std::log((static_cast<float>(total) * kUnit + kAlpha[part]) / spare);
    for (const auto [row, weight] : tokens.of(part)) {
      const float seen = static_cast<float>(a[row] + (b ? b[row] : 0) - weight) * kUnit - kDiscount[part];
      if (seen > 0) sum += weight * std::log1p(seen / (spare * usual_[row]));
    }
    score += kTrust[part] * kUnit * sum;
  }
  return score;
}

Mixture::Union Mixture::united(std::uint32_t one, std::uint32_t other) const {
  Union both{one, other, {}};
  const auto *const a = column(one), *const b = column(other);
  for (std::size_t part = 0; part < kParts; ++part)
    for (auto row = kPartBegin[part]; row < kPartBegin[part + 1]; ++row) both.types[part] += (a[row] | b[row]) != 0;
  return both;
}

float Mixture::share(std::uint32_t cluster, Part part, std::uint32_t at) const {
  const auto total = totals_[cluster][static_cast<std::size_t>(part)];
  return total == 0 ? 0 : static_cast<float>(column(cluster)[row_of(part, at)]) / static_cast<float>(total);
}

}  // namespace harbinger::persona
