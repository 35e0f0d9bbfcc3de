#include "orchestrate/kinds_apart.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace harbinger::orchestrate {
namespace {

// Of the criterion's 1/2 for each number that a kind has of its own: signs of one act are told of together, so not all of them are free.
constexpr float kPerNumber = 0.25F;
// Nats by which labels explain that two kinds are not one.
constexpr float kLabelsDiffer = 8;

// What two kinds explain better than one would of all their users, less what another kind must be worth; nats.
float worth_apart(const KindCounts& counts, std::size_t i, std::size_t j) {
  float worth = 0, numbers = 0;
  const float temper = UserKinds::temper(counts.mean_acts);
  for (const auto token : counts.seen) {
    const float a = counts.sum_of(token, i), b = counts.sum_of(token, j);
    if (a + b <= 0) continue;
    const float all_a = counts.total_of(token, i), all_b = counts.total_of(token, j);
    const float both = counts.smooth(token, a + b, all_a + all_b);
    worth +=
        counts.weight_of(token) * temper *
        (a * std::log(counts.smooth(token, a, all_a) / both) + b * std::log(counts.smooth(token, b, all_b) / both));
    if (a + b >= 1) numbers += counts.weight_of(token);
  }
  return worth - kPerNumber * numbers * std::log(static_cast<float>(counts.rows.size()));
}

float label_nats(const std::array<float, kMostValues>& one, const std::array<float, kMostValues>& other) {
  float all_one = 0, all_other = 0, nats = 0;
  for (const auto count : one) all_one += count;
  for (const auto count : other) all_other += count;
  if (all_one <= 0 || all_other <= 0) return 0;
  for (std::size_t v = 0; v < kMostValues; ++v) {
    const float both = (one[v] + other[v]) / (all_one + all_other);
    if (one[v] > 0) nats += one[v] * std::log(one[v] / all_one / both);
    if (other[v] > 0) nats += other[v] * std::log(other[v] / all_other / both);
  }
  return nats;
}

bool labels_differ(const KindCounts::Labels& one, const KindCounts::Labels& other) {
  float nats = 0;
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute)
    nats += label_nats(one[attribute], other[attribute]);
  return nats > kLabelsDiffer;
}

}  // namespace

KindCounts::KindCounts(std::span<const LabelledUser> users) : common(kTokens, 0), sign_of(kTokens) {
  for (const auto& user : users) {
    std::map<std::uint16_t, float> counts;
    for (const auto& act : user.acts)
      for (const auto token : tokens_of(act)) counts[token] += 1;
    CountedUser row{&user, {counts.begin(), counts.end()}, static_cast<float>(user.acts.size()), {}};
    for (const auto& [token, times] : row.counts) common[token] += times;
    mean_acts += row.acts / static_cast<float>(users.size());
    rows.push_back(std::move(row));
  }
  std::array<float, kSigns> all{};
  for (std::size_t i = 0; i < kTokens; ++i) {
    sign_of[i] = static_cast<std::uint8_t>(place_of(static_cast<std::uint16_t>(i)).sign);
    all[sign_of[i]] += common[i];
  }
  for (std::size_t i = 0; i < kTokens; ++i)
    if (common[i] > 0) {
      common[i] /= all[sign_of[i]];
      seen.push_back(static_cast<std::uint16_t>(i));
    }
  // Until it is known how much users differ in the others, by what they do.
  weights_.fill(0.1F);
  weights_[static_cast<std::size_t>(Sign::pair)] = 1;
}

void KindCounts::sum_up() {
  sums_.assign(kTokens * kinds, 0);
  totals_.assign(kSigns * kinds, 0);
  users_of.assign(kinds, 0);
  labels_of.assign(kinds, {});
  for (const auto& row : rows)
    for (std::size_t k = 0; k < kinds; ++k) {
      users_of[k] += row.of[k];
      for (std::size_t attribute = 0; attribute < kAttributes; ++attribute)
        if (row.user->labels[attribute] < kMostValues)
          labels_of[k][attribute][row.user->labels[attribute]] += row.of[k];
    }
  for (const auto& row : rows)
    for (const auto& [token, times] : row.counts)
      for (std::size_t k = 0; k < kinds; ++k) sums_[token * kinds + k] += row.of[k] * times;
  for (const auto token : seen)
    for (std::size_t k = 0; k < kinds; ++k) totals_[sign_of[token] * kinds + k] += sum_of(token, k);
  logs_.assign(kTokens * kinds, 0);
  for (const auto token : seen)
    for (std::size_t k = 0; k < kinds; ++k)
      logs_[token * kinds + k] =
          weight_of(token) * std::log(smooth(token, sum_of(token, k), total_of(token, k)) / common[token]);
}

void KindCounts::weigh_signs() {
  std::array<double, kSigns> came{}, expected{};
  for (const auto& row : rows) {
    const auto k = static_cast<std::size_t>(std::ranges::max_element(row.of) - row.of.begin());
    std::array<double, kSigns> all{}, squares{}, cross{}, own{};
    for (const auto& [token, times] : row.counts) all[sign_of[token]] += times;
    for (const auto& [token, times] : row.counts) {
      const auto sign = sign_of[token];
      const double share = smooth(token, sum_of(token, k) - row.of[k] * times,
                                  total_of(token, k) - row.of[k] * static_cast<float>(all[sign]));
      squares[sign] += static_cast<double>(times) * times;
      cross[sign] += times * share;
      own[sign] += share * share;
    }
    for (std::size_t sign = 0; sign < kSigns; ++sign) {
      if (all[sign] < 2) continue;
      came[sign] += squares[sign] - 2 * all[sign] * cross[sign] + all[sign] * all[sign] * own[sign];
      expected[sign] += all[sign] * (1 - own[sign]);
    }
  }
  for (std::size_t sign = 0; sign < kSigns; ++sign)
    weights_[sign] = static_cast<float>(came[sign] > 0 ? std::clamp(expected[sign] / came[sign], 0.01, 1.0) : 1.0);
}

void KindCounts::drop_smaller_than(float users) {
  std::vector<float> sizes(kinds, 0);
  for (const auto& row : rows)
    for (std::size_t k = 0; k < kinds; ++k) sizes[k] += row.of[k];
  std::vector<std::size_t> kept;
  for (std::size_t k = 0; k < kinds; ++k)
    if (sizes[k] >= users) kept.push_back(k);
  if (kept.size() == kinds || kept.empty()) return;
  for (auto& row : rows) {
    float all = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) all += row.of[i] = row.of[kept[i]];
    row.of.resize(kept.size());
    for (auto& one : row.of) one = all > 0 ? one / all : 1 / static_cast<float>(kept.size());
  }
  kinds = kept.size();
}

void KindCounts::merge(std::size_t from, std::size_t into) {
  for (auto& row : rows) {
    row.of[into] += row.of[from];
    row.of.erase(row.of.begin() + static_cast<std::ptrdiff_t>(from));
  }
  --kinds;
}

double worth_of_kinds(const KindCounts& counts) {
  double numbers = 0;
  for (const auto token : counts.seen)
    for (std::size_t k = 0; k < counts.kinds; ++k)
      if (counts.sum_of(token, k) >= 1) numbers += counts.weight_of(token);
  return kPerNumber * numbers * std::log(static_cast<double>(counts.rows.size()));
}

std::vector<std::pair<std::size_t, std::size_t>> alike_pairs(const KindCounts& counts) {
  std::vector<std::pair<float, std::pair<std::size_t, std::size_t>>> gains;
  for (std::size_t i = 0; i < counts.kinds; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (labels_differ(counts.labels_of[i], counts.labels_of[j])) continue;
      const float worth = worth_apart(counts, i, j);
      if (worth < 0) gains.push_back({worth, {i, j}});
    }
  std::ranges::sort(gains);
  std::vector<char> taken(counts.kinds, 0);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (const auto& [worth, pair] : gains) {
    if (taken[pair.first] != 0 || taken[pair.second] != 0) continue;
    taken[pair.first] = taken[pair.second] = 1;
    pairs.push_back(pair);
  }
  return pairs;
}

}  // namespace harbinger::orchestrate
