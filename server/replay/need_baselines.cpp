#include "server/replay/need_baselines.h"

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace harbinger::replay {

namespace {

using orchestrate::ActorKey;
using orchestrate::Need;
using orchestrate::NeedModel;
using orchestrate::Outlook;

// How often, and how soon, users ask within the horizon, by how many acts ago they last asked.
class AskTimes {
 public:
  static constexpr std::size_t kPlaces = 32;
  struct Waiting {
    UnixMillis at = 0;
    std::size_t place = 0;
  };

  explicit AskTimes(UnixMillis horizon) : horizon_(horizon) {}

  void act(std::deque<Waiting>& waiting, UnixMillis now, std::size_t acts_since) {
    expire(waiting, now);
    waiting.push_back({now, std::min(acts_since, kPlaces - 1)});
  }
  void ask(std::deque<Waiting>& waiting, UnixMillis now) {
    expire(waiting, now);
    for (const auto& each : waiting) {
      auto& place = places_[each.place];
      place.came += 1, place.seconds += static_cast<double>(now - each.at) / 1000;
    }
    waiting.clear();
  }
  double share(std::size_t acts_since) const {
    const auto& place = places_[std::min(acts_since, kPlaces - 1)];
    return (place.came + 0.5) / (place.came + place.not_came + 1);
  }
  double seconds(std::size_t acts_since) const {
    const auto& place = places_[std::min(acts_since, kPlaces - 1)];
    return place.came > 0 ? place.seconds / place.came : static_cast<double>(horizon_) / 2000;
  }

 private:
  void expire(std::deque<Waiting>& waiting, UnixMillis now) {
    while (!waiting.empty() && now - waiting.front().at > horizon_) {
      places_[waiting.front().place].not_came += 1;
      waiting.pop_front();
    }
  }

  struct Place {
    double came = 0, not_came = 0, seconds = 0;
  };
  const UnixMillis horizon_;
  std::array<Place, kPlaces> places_{};
};

// Needs as small numbers, in the order in which they were first asked for.
class NeedNumbers {
 public:
  std::size_t of(const Need& need) {
    const auto [known, first] = numbers_.try_emplace(need, needs_.size());
    if (first) needs_.push_back(need);
    return known->second;
  }
  const Need& need(std::size_t number) const { return needs_[number]; }
  std::size_t size() const { return needs_.size(); }

 private:
  std::map<Need, std::size_t> numbers_;
  std::vector<Need> needs_;
};

// How often each need came in one place.
class NeedCounts {
 public:
  void add(std::size_t need) {
    if (need >= counts_.size()) counts_.resize(need + 1);
    different_ += counts_[need] == 0 ? 1 : 0;
    counts_[need] += 1, all_ += 1;
  }
  // As much is kept for what never came here as there are different needs.
  double kept() const { return all_ > 0 ? different_ / (all_ + different_) : 1; }
  void spread(double left, std::vector<double>& into) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) into[i] += left * counts_[i] / (all_ + different_);
  }

 private:
  double all_ = 0, different_ = 0;
  std::vector<double> counts_;
};

class Simple final : public NeedModel {
 public:
  Simple(SimpleNeeds way, const Settings& settings)
      : way_(way), most_(settings.most_needs), times_(settings.horizon.count()) {}

  void heard(const orchestrate::Activity& act, const orchestrate::UserAttributes&, orchestrate::SystemLoad) override {
    auto& user = users_[act.actor];
    if (act.asks != nullptr) {
      times_.ask(user.waiting, act.at);
      asked(user, *act.asks);
    }
    times_.act(user.waiting, act.at, user.acts_since++);
  }

  Outlook outlook(ActorKey actor, const orchestrate::UserAttributes&, orchestrate::SystemLoad, UnixMillis) override {
    Outlook out;
    const auto found = users_.find(actor);
    if (way_ == SimpleNeeds::nothing || found == users_.end() || found->second.acts_since == 0) return out;
    const auto& user = found->second;
    out.something = static_cast<float>(times_.share(user.acts_since - 1));
    const auto in =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(times_.seconds(user.acts_since - 1)));
    for (const auto& [probability, need] : likely(user))
      out.needs.push_back({numbers_.need(need), static_cast<float>(out.something * probability), in});
    return out;
  }

  std::vector<std::string> explain(ActorKey, const orchestrate::UserAttributes&, orchestrate::SystemLoad,
                                   UnixMillis) override {
    return {"by " + std::string(to_string(way_))};
  }
  Counts counts() const override { return {.asked = asked_}; }
  std::vector<std::uint8_t> save() const override { return {}; }
  Result<void> load(std::span<const std::uint8_t>) override {
    return fail(ErrorCode::unsupported, "simple ways to foresee needs live for one replay");
  }

 private:
  struct User {
    std::optional<std::size_t> last{};
    std::size_t acts_since = 0;  // the one that asked counts
    std::deque<AskTimes::Waiting> waiting{};
  };

  void asked(User& user, const Need& need) {
    const auto number = numbers_.of(need);
    ++asked_;
    if (user.last) {
      repeated_ += *user.last == number ? 1 : 0, followed_ += 1;
      after_.resize(numbers_.size());
      after_[*user.last].add(number);
    }
    all_.add(number);
    user.last = number;
    user.acts_since = 0;
  }

  std::vector<double> chances(const User& user) const {
    std::vector<double> out(numbers_.size());
    double left = 1;
    if (way_ == SimpleNeeds::last_used && user.last) out[*user.last] = repeated_ / followed_;
    if (way_ == SimpleNeeds::markov && user.last && *user.last < after_.size()) {
      after_[*user.last].spread(left, out);
      left = after_[*user.last].kept();
    }
    if (way_ != SimpleNeeds::last_used) all_.spread(left, out);
    return out;
  }

  // Likeliest first; of those that are alike, the one that came first.
  std::vector<std::pair<double, std::size_t>> likely(const User& user) const {
    std::vector<std::pair<double, std::size_t>> out;
    const auto chance = chances(user);
    for (std::size_t i = 0; i < chance.size(); ++i)
      if (chance[i] > 0) out.emplace_back(chance[i], i);
    std::ranges::stable_sort(out, std::greater{}, &std::pair<double, std::size_t>::first);
    if (out.size() > most_) out.resize(most_);
    return out;
  }

  const SimpleNeeds way_;
  const std::size_t most_;
  AskTimes times_;
  std::unordered_map<ActorKey, User> users_;
  NeedNumbers numbers_;
  NeedCounts all_;
  std::vector<NeedCounts> after_;
  double repeated_ = 0.5, followed_ = 1;
  std::uint64_t asked_ = 0;
};

}  // namespace

std::string_view to_string(SimpleNeeds way) {
  switch (way) {
    case SimpleNeeds::nothing:
      return "reactive";
    case SimpleNeeds::last_used:
      return "last_used";
    case SimpleNeeds::popularity:
      return "popularity";
    case SimpleNeeds::markov:
      return "markov";
  }
  return "?";
}

std::unique_ptr<NeedModel> make_simple_needs(SimpleNeeds way, const NeedModel::Settings& settings) {
  return std::make_unique<Simple>(way, settings);
}

}  // namespace harbinger::replay
