// Which clusters there are: merging what is alike, splitting what is not.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "persona/grouping.h"
#include "persona/split_trial.h"

namespace harbinger::persona {

namespace {

// What one more cluster has to explain: some nats at all, and some for each client that it sets apart. Less would find the habits of single
// clients, and call them classes.
constexpr std::uint32_t kLeastToSplit = 6, kLeastPart = 3;
constexpr std::uint32_t kSpeakers = 48;
constexpr std::size_t kNeighbours = 3;
constexpr std::uint32_t kMostTried = 384;
constexpr int kTries = 8, kCandidates = 6;

}  // namespace

// What two clusters explain more than one would, in nats: each member is explained by the others. Of large ones, some members speak for all.
double Grouping::worth(std::uint32_t one, std::uint32_t other) const {
  const auto both = mixture_.united(one, other);
  double worth = 0;
  for (const auto cluster : {one, other}) {
    const auto members = mixture_.members(cluster);
    const auto stride = std::max<std::uint32_t>(1, members / kSpeakers);
    double sum = 0;
    std::uint32_t seen = 0, asked = 0;
    for (const auto& sample : samples_) {
      if (sample.cluster != cluster || seen++ % stride != 0) continue;
      ++asked;
      sum += mixture_.score_without(cluster, sample.tokens) - mixture_.score_without(both, sample.tokens);
    }
    worth += sum * members / std::max(asked, 1u);
  }
  return worth;
}

// The clusters that its members would rather go to, were their own not there.
std::vector<std::uint8_t> Grouping::neighbours(std::uint8_t cluster) const {
  Mixture::Scores scores, sum{};
  const auto stride = std::max<std::uint32_t>(1, mixture_.members(cluster) / kSpeakers);
  std::uint32_t seen = 0;
  for (const auto& sample : samples_) {
    if (sample.cluster != cluster || seen++ % stride != 0) continue;
    mixture_.score(sample.tokens, scores);
    for (std::uint32_t other = 1; other < mixture_.end(); ++other) sum[other] += scores[other];
  }
  std::vector<std::uint8_t> others;
  for (std::uint32_t other = 1; other < mixture_.end(); ++other)
    if (other != cluster && mixture_.members(other) >= kLeastPart && !ties_[other].kept)
      others.push_back(static_cast<std::uint8_t>(other));
  const auto keep = std::min(others.size(), kNeighbours);
  std::ranges::partial_sort(others, others.begin() + static_cast<std::ptrdiff_t>(keep), std::greater{},
                            [&](std::uint8_t other) { return sum[other]; });
  others.resize(keep);
  return others;
}

double Grouping::price(std::uint32_t one, std::uint32_t other) const {
  return kPerCluster + 2 * kDoubt * std::min(mixture_.evidence(one), mixture_.evidence(other));
}

void Grouping::merge(std::uint8_t from, std::uint8_t into) {
  for (auto& sample : samples_)
    if (sample.cluster == from) put(sample, into);
  merged_.push_back({from, into});
  ++changes_;
}

void Grouping::move(std::uint8_t from, std::uint8_t to) {
  for (auto& sample : samples_)
    if (sample.cluster == from) put(sample, to);
  ++changes_;
}

bool Grouping::merge_one(std::uint8_t cluster) {
  if (mixture_.members(cluster) < kLeastPart || ties_[cluster].kept) return false;
  double most = 0;
  std::uint8_t with = 0;
  for (const auto other : neighbours(cluster)) {
    const double gain = price(cluster, other) - worth(cluster, other);
    if (gain > most) most = gain, with = other;
  }
  if (with == 0) return false;
  // The larger one keeps its number.
  const bool larger = mixture_.members(cluster) > mixture_.members(with);
  merge(larger ? with : cluster, larger ? cluster : with);
  return true;
}

void Grouping::merge_what_is_alike() {
  bool any = true;
  for (int round = 0; any && round < 4; ++round) {
    any = false;
    for (std::uint32_t cluster = 1; cluster < mixture_.end(); ++cluster)
      any |= merge_one(static_cast<std::uint8_t>(cluster));
  }
}

// A member that fits badly to what a single other one does: the worst of some, for the worst of all is a stranger to everybody.
std::size_t Grouping::far_from(std::span<const Tokens* const> members, std::size_t seed, std::uint32_t scratch) {
  std::size_t far = seed;
  float least = std::numeric_limits<float>::infinity();
  mixture_.add(scratch, *members[seed]);
  for (int i = 0; i < kCandidates; ++i) {
    const auto member = random() % members.size();
    if (member == seed) continue;
    const float score = mixture_.score_in(scratch, *members[member]);
    if (score < least) least = score, far = member;
  }
  mixture_.remove(scratch, *members[seed]);
  return far;
}

// Of a large cluster some members are tried; all follow when it is worth while.
std::vector<const Tokens*> Grouping::some_members(std::uint8_t cluster) const {
  const auto stride = (mixture_.members(cluster) + kMostTried - 1) / kMostTried;
  std::vector<const Tokens*> members;
  std::uint32_t seen = 0;
  for (const auto& sample : samples_)
    if (sample.cluster == cluster && seen++ % stride == 0) members.push_back(&sample.tokens);
  return members;
}

std::optional<std::uint8_t> Grouping::split(std::uint8_t cluster, double bar) {
  if (mixture_.members(cluster) < kLeastToSplit) return std::nullopt;
  const auto one = newborn(), other = newborn(one);
  if (one == 0 || other == 0) return std::nullopt;
  const auto members = some_members(cluster);
  SplitTrial trial(mixture_, one, other);
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto seed = random() % members.size(), far = far_from(members, seed, one);
    if (far == seed) continue;
    trial.divide(members, seed, far);
    const double least = bar * (kPerCluster + 2 * kDoubt * std::min(trial.evidence(0), trial.evidence(1)));
    if (std::min(trial.size(0), trial.size(1)) >= kLeastPart && trial.worth() > least) return divide(cluster, trial);
  }
  return std::nullopt;
}

// The larger part keeps the number.
std::uint8_t Grouping::divide(std::uint8_t cluster, const SplitTrial& trial) {
  const std::size_t leaves = trial.size(0) < trial.size(1) ? 0 : 1;
  std::vector<Sample*> leaving;
  for (auto& sample : samples_)
    if (sample.cluster == cluster && trial.side_of(sample.tokens) == leaves) leaving.push_back(&sample);
  const auto number = newborn();
  for (auto* const sample : leaving) put(*sample, number);
  ++changes_;
  return number;
}

}  // namespace harbinger::persona
