#include "orchestrate/kinds_finder.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "learn/chance.h"
#include "orchestrate/kinds_apart.h"

namespace harbinger::orchestrate {
namespace {

using learn::Chance;

constexpr unsigned kRounds = 32, kFirstMerge = 9, kWeighEvery = 5;
constexpr float kFewestUsers = 4;
constexpr std::size_t kMostMerges = 3;  // in a round
constexpr double kSettled = 1e-4;       // of what is explained, from round to round
constexpr std::size_t kTriedUsers = 1024, kMostTries = 6;
constexpr std::size_t kUsersForKind = 6;  // at first

// Of pairs of verb and kind: 1 less the cosine, rare ones counting more.
float distance(const KindCounts& counts, const CountedUser& one, const CountedUser& other) {
  float both = 0, left = 0, right = 0;
  const auto value = [&](const auto& entry) {
    const bool pair = counts.sign_of[entry.first] == static_cast<std::uint8_t>(Sign::pair);
    return pair ? entry.second / std::sqrt(counts.common[entry.first]) : 0.0F;
  };
  for (const auto& entry : one.counts) left += value(entry) * value(entry);
  for (const auto& entry : other.counts) right += value(entry) * value(entry);
  auto i = one.counts.begin();
  auto j = other.counts.begin();
  while (i != one.counts.end() && j != other.counts.end()) {
    if (i->first < j->first)
      ++i;
    else if (j->first < i->first)
      ++j;
    else
      both += value(*i++) * value(*j++);
  }
  return 1 - both / std::sqrt(left * right + 1e-9F);
}

/// One search for kinds.
class Search {
 public:
  Search(std::span<const LabelledUser> users, std::uint64_t seed) : counts_(users), chance_(seed) {}

  /// From another beginning each time. Returns how well the kinds explain the users, less what so many kinds must be worth; nats.
  double run() {
    begin();
    double before = -HUGE_VAL;
    for (unsigned round = 0; round < kRounds; ++round) {
      counts_.sum_up();
      const bool merged = round >= kFirstMerge && merge_alike();
      if (round % kWeighEvery == kWeighEvery - 1) counts_.weigh_signs();
      const double explained = assign();
      counts_.drop_smaller_than(kFewestUsers);
      if (round > kFirstMerge && !merged && std::abs(explained - before) < kSettled * std::abs(explained)) break;
      before = explained;
    }
    counts_.sum_up();
    return assign() - worth_of_kinds(counts_);
  }

  UserKinds found() const { return finish(); }

 private:
  bool merge_alike() {
    auto alike = alike_pairs(counts_);
    if (alike.empty()) return false;
    if (alike.size() > kMostMerges) alike.resize(kMostMerges);
    // Those behind the one that goes move up, so the last goes first.
    std::ranges::sort(alike, std::ranges::greater{});
    for (const auto& [from, into] : alike) counts_.merge(from, into);
    counts_.sum_up();
    return true;
  }

  // Each kind begins with a user who is far from those before (after k-means++, Arthur and Vassilvitskii, SODA 2007).
  void begin() {
    auto& rows = counts_.rows;
    counts_.kinds = std::clamp<std::size_t>(rows.size() / kUsersForKind, 1, UserKinds::kMost);
    std::vector<double> far(rows.size(), 1);
    std::vector<float> nearest(rows.size(), HUGE_VALF);
    std::vector<std::size_t> best(rows.size(), 0);
    for (std::size_t kind = 0; kind < counts_.kinds; ++kind) {
      const auto seed = chance_.draw(far);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const float away = distance(counts_, rows[seed], rows[i]);
        if (away < nearest[i]) best[i] = kind;
        nearest[i] = std::min(nearest[i], away);
        far[i] = std::pow(std::max(0.0F, nearest[i]), 2);
      }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].of.assign(counts_.kinds, 0);
      rows[i].of[best[i]] = 1;
    }
  }

  double assign() {
    double explained = 0;
    std::vector<float> logs(counts_.kinds);
    const auto users = static_cast<double>(counts_.rows.size());
    for (auto& row : counts_.rows) {
      for (std::size_t k = 0; k < logs.size(); ++k) logs[k] = std::log(counts_.users_of[k] + 1e-3F);
      const float temper = UserKinds::temper(row.acts);
      for (const auto& [token, times] : row.counts)
        for (std::size_t k = 0; k < logs.size(); ++k) logs[k] += times * temper * counts_.log_of(token, k);
      add_labels(row, logs);
      const float most = *std::ranges::max_element(logs);
      float all = 0;
      for (auto& log : logs) all += log = std::exp(log - most);
      for (std::size_t k = 0; k < logs.size(); ++k) row.of[k] = logs[k] / all;
      explained += most + std::log(all) - std::log(users);
    }
    return explained;
  }

  // A user is rather of a kind whose others were labelled as he was.
  void add_labels(const CountedUser& row, std::vector<float>& logs) const {
    for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
      const auto label = row.user->labels[attribute];
      if (label >= kMostValues) continue;
      for (std::size_t k = 0; k < logs.size(); ++k) {
        const auto& sums = counts_.labels_of[k][attribute];
        float all = 1;
        for (const auto sum : sums) all += sum;
        logs[k] += std::log(0.05F + (sums[label] + 1.0F / kMostValues) / all);
      }
    }
  }

  UserKinds finish() const {
    std::vector<UserKinds::Kind> kinds(counts_.kinds);
    std::vector<UserKinds::Logs> logs(kTokens);
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      kinds[k].share = (counts_.users_of[k] + 1e-3F) /
                       (static_cast<float>(counts_.rows.size()) + 1e-3F * static_cast<float>(kinds.size()));
      for (std::size_t token = 0; token < kTokens; ++token)
        if (counts_.common[token] > 0) logs[token][k] = counts_.log_of(token, k);
    }
    UserKinds found;
    found.adopt(std::move(kinds), std::move(logs));
    return found;
  }

  KindCounts counts_;
  Chance chance_;
};

}  // namespace

UserKinds find_kinds(std::span<const LabelledUser> users, std::uint64_t seed) {
  if (users.size() < kFewestForKinds) return {};
  Search search(users, seed);
  // Where a kind begins matters most where few users tell.
  const auto tries = std::clamp<std::size_t>(kTriedUsers / users.size(), 1, kMostTries);
  double best = -HUGE_VAL;
  UserKinds found;
  for (std::size_t i = 0; i < tries; ++i) {
    const double explained = search.run();
    if (explained <= best) continue;
    best = explained;
    found = search.found();
  }
  return found;
}

void keep_numbers(UserKinds& kinds, const UserKinds& old, std::span<const LabelledUser> users, std::uint16_t& last) {
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> together;
  if (!old.empty())
    for (const auto& user : users) ++together[{kinds.best(user.acts), old.best(user.acts)}];
  std::vector<std::pair<std::size_t, std::pair<std::size_t, std::size_t>>> order;
  for (const auto& [both, count] : together) order.emplace_back(count, both);
  std::ranges::sort(order, std::ranges::greater{});
  std::vector<std::uint16_t> numbers(kinds.kinds().size(), 0);
  std::vector<char> taken(old.kinds().size(), 0);
  for (const auto& [count, both] : order) {
    if (numbers[both.first] != 0 || taken[both.second] != 0) continue;
    numbers[both.first] = old.kinds()[both.second].cluster;
    taken[both.second] = 1;
  }
  for (auto& number : numbers)
    if (number == 0) number = ++last;
  kinds.number(numbers);
}

}  // namespace harbinger::orchestrate
