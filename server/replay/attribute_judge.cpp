#include "server/replay/attribute_judge.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "server/replay/cpu_time.h"

namespace harbinger::replay {

namespace {

using orchestrate::Activity;
using orchestrate::ActorKey;
using orchestrate::AttributeModel;
using orchestrate::kAttributes;

class Judge {
 public:
  Judge(const UsersFeed& feed, const AttributeJudging& judging, AttributeModel& model)
      : feed_(feed), model_(model), labels_(choose_labels(feed, judging.labels)) {
    scores_.judging = judging;
    scores_.labelled = labels_.size();
    for (const auto& user : feed.users) users_[user.key] = &user;
  }

  AttributeScores judge() {
    for (const auto& [act, used, foretold] : feed_.acts)
      if (labels_.contains(act.actor) && !changed(act.actor, ++done_[act.actor])) hear(act);
    for (const auto& user : feed_.users)
      if (const auto found = labels_.find(user.key); found != labels_.end())
        give_labels(model_, user.key, found->second);
    for (const auto& [act, used, foretold] : feed_.acts)
      if (!labels_.contains(act.actor)) {
        hear(act);
        look(*users_[act.actor], ++done_[act.actor]);
      }
    finish();
    return std::move(scores_);
  }

 private:
  bool changed(ActorKey key, std::size_t act) const {
    const auto& user = *users_.at(key);
    return user.changes_at > 0 && act >= user.changes_at;
  }

  void hear(const Activity& act) {
    const auto begun = cpu_seconds();
    model_.heard({&act, 1});
    heard_s_ += cpu_seconds() - begun;
    ++heard_;
  }

  void look(const UsersFeed::User& user, std::size_t act) {
    const bool due = act == scores_.judging.within && !changed(user.key, act);
    const bool since = changed(user.key, act);
    if (!due && !since) return;
    const auto begun = cpu_seconds();
    const auto believed = model_.of(user.key);
    asked_s_ += cpu_seconds() - begun;
    ++asked_;
    for (std::size_t a = 0; a < kAttributes; ++a) {
      const auto& belief = believed.beliefs[a];
      if (due) score(scores_.of[a], belief, user.values[a]);
      if (since && user.then[a] != user.values[a]) notice(user, a, act, belief.value == user.then[a]);
    }
  }

  static void score(AttributeScore& score, const orchestrate::Belief& belief, std::uint8_t truth) {
    const bool right = belief.value == truth && belief.confidence > 0;
    ++score.users;
    score.right += right ? 1 : 0;
    score.confidence.add(belief.confidence, right);
  }

  void notice(const UsersFeed::User& user, std::size_t attribute, std::size_t act, bool is_new) {
    auto& noticed = noticed_[user.key];
    auto& after = noticed[attribute];
    if (after == 0 && is_new) after = act - user.changes_at + 1;
  }

  // Who changed, and did as much afterwards as it should take at most.
  void finish() {
    for (const auto& user : feed_.users) {
      if (user.changes_at == 0 || labels_.contains(user.key)) continue;
      const auto& after = scores_.judging.after;
      if (done_[user.key] + 1 < user.changes_at + after) continue;
      for (std::size_t a = 0; a < kAttributes; ++a) {
        if (user.then[a] == user.values[a]) continue;
        auto& score = scores_.of[a];
        const auto took = noticed_[user.key][a];
        ++score.changed;
        score.in_time += took > 0 && took <= after ? 1 : 0;
        score.noticed.push_back(took > 0 ? took : std::numeric_limits<std::size_t>::max());
      }
    }
    scores_.heard_us = heard_ > 0 ? 1e6 * heard_s_ / static_cast<double>(heard_) : 0;
    scores_.asked_us = asked_ > 0 ? 1e6 * asked_s_ / static_cast<double>(asked_) : 0;
  }

  const UsersFeed& feed_;
  AttributeModel& model_;
  const std::unordered_map<ActorKey, Labels> labels_;
  AttributeScores scores_;
  std::unordered_map<ActorKey, const UsersFeed::User*> users_;
  std::unordered_map<ActorKey, std::size_t> done_;
  std::unordered_map<ActorKey, std::array<std::size_t, kAttributes>> noticed_;  // 0: not yet
  double heard_s_ = 0, asked_s_ = 0;
  std::size_t heard_ = 0, asked_ = 0;
};

}  // namespace

std::size_t AttributeScore::median_noticed() const {
  if (noticed.empty()) return 0;
  auto sorted = noticed;
  std::ranges::sort(sorted);
  return sorted[sorted.size() / 2];
}

AttributeScores judge_attributes(const UsersFeed& feed, const AttributeJudging& judging, AttributeModel& model) {
  return Judge(feed, judging, model).judge();
}

}  // namespace harbinger::replay
