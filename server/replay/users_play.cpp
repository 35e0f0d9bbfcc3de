#include "server/replay/users_play.h"

#include <deque>
#include <queue>
#include <tuple>
#include <unordered_map>

#include "server/replay/cpu_time.h"
#include "server/replay/spare_maker.h"

namespace harbinger::replay {

namespace {

using orchestrate::Activity;
using orchestrate::ActorKey;

UnixMillis end_of(const UsersFeed& feed) { return feed.acts.empty() ? 0 : feed.acts.back().activity.at; }

// What is made of one policy's outlooks at one price.
class Estate {
 public:
  Estate(const UsersWorld& world, double price, bool by_desk)
      : estate_(world.start, world.judged_from),
        maker_((by_desk ? make_desk_rule : make_spare_rule)(
            estate_, {.cold_s = price, .start = world.start, .horizon = world.horizon})) {}

  SpareMaker& maker() { return *maker_; }
  EstateReport finish(UnixMillis now) {
    maker_->pass(now);
    estate_.finish(now);
    return estate_.report();
  }

 private:
  VirtualEstate estate_;
  std::unique_ptr<SpareMaker> maker_;
};

class Player {
 public:
  Player(const UsersFeed& feed, const UsersWorld& world, const UsersPolicy& policy)
      : feed_(feed), world_(world), policy_(policy) {
    needs_ = policy.needs({.users = 2 * feed.users.size() + 16, .horizon = std::chrono::milliseconds(world.horizon)});
    if (policy.attributes) attributes_ = policy.attributes(), labels_ = choose_labels(feed, policy.labels);
    for (const bool by_desk : {false, true})
      if (!by_desk || policy.also_by_desk)
        for (const double price : world.prices) estates_.emplace_back(world, price, by_desk);
  }

  void act(const UsersFeed::Act& act) {
    const auto user = act.activity.actor;
    const auto now = act.activity.at;
    look_until(now);
    for (auto& estate : estates_) {
      estate.maker().pass(now);
      if (act.activity.asks != nullptr) estate.maker().asked(act.request(), now);
    }
    needs_->heard(act.activity, believed(user), {});
    if (attributes_) hear(act.activity);
    ++done_[user];
    foresee(user, true, now);
    looks_.push({now + kFirstPause, user, kFirstPause, done_[user]});
  }

  std::vector<UsersCurve> finish() {
    look_until(end_of(feed_));
    std::vector<UsersCurve> curves;
    for (std::size_t i = 0; i < estates_.size(); ++i) {
      if (i % world_.prices.size() == 0) curves.push_back({.name = policy_.name + (i == 0 ? "" : ", by the desk")});
      curves.back().reports.push_back(estates_[i].finish(end_of(feed_)));
    }
    return curves;
  }

 private:
  static constexpr UnixMillis kFirstPause = 30'000, kLonger = 4;
  struct Look {
    UnixMillis at = 0;
    ActorKey user = 0;
    UnixMillis pause = 0;
    std::size_t after = 0;  // so many acts of the user
    bool operator>(const Look& other) const { return std::tie(at, user) > std::tie(other.at, other.user); }
  };

  // Looks again at users who have been quiet for a while.
  void look_until(UnixMillis now) {
    while (!looks_.empty() && looks_.top().at <= now) {
      const auto look = looks_.top();
      looks_.pop();
      if (done_[look.user] != look.after) continue;
      for (auto& estate : estates_) estate.maker().pass(look.at);
      foresee(look.user, false, look.at);
      if (look.pause * kLonger <= world_.horizon)
        looks_.push({look.at + kLonger * look.pause, look.user, kLonger * look.pause, look.after});
    }
  }

  void foresee(ActorKey user, bool acted, UnixMillis now) {
    const auto outlook = needs_->outlook(user, believed(user), {}, now);
    for (auto& estate : estates_) estate.maker().foresee(user, outlook, acted, now);
  }

  orchestrate::UserAttributes believed(ActorKey user) const {
    return attributes_ ? attributes_->of(user) : orchestrate::UserAttributes{};
  }

  void hear(const Activity& act) {
    attributes_->heard({&act, 1});
    if (done_[act.actor] + 1 != policy_.labelled_at) return;
    if (const auto found = labels_.find(act.actor); found != labels_.end())
      give_labels(*attributes_, act.actor, found->second);
  }

  const UsersFeed& feed_;
  const UsersWorld& world_;
  const UsersPolicy& policy_;
  std::unique_ptr<orchestrate::NeedModel> needs_;
  std::unique_ptr<orchestrate::AttributeModel> attributes_;
  std::unordered_map<ActorKey, Labels> labels_;
  std::unordered_map<ActorKey, std::size_t> done_;
  std::priority_queue<Look, std::vector<Look>, std::greater<>> looks_;
  std::deque<Estate> estates_;  // which stay where they are; one for each price, and then those of the desk
};

// Plays what `order_at` says of each need that will be asked for.
template <class OrderAt>
EstateReport play_knowing(const UsersFeed& feed, const UsersWorld& world, const OrderAt& order_at) {
  std::unordered_map<ActorKey, std::vector<UnixMillis>> before;  // acts of each user until now
  VirtualEstate estate(world.start, world.judged_from);
  for (const auto& act : feed.acts) {
    const auto actor = act.activity.actor;
    const auto now = act.activity.at;
    auto& acts = before[actor];
    if (act.activity.asks != nullptr) {
      // Order and end of one resource at once; those of others do not matter to it.
      if (const auto at = order_at(acts, now)) estate.order(actor, *act.activity.asks, *at);
      estate.ask(act.request(), now);
    }
    acts.push_back(now);
  }
  estate.finish(end_of(feed));
  return estate.report();
}

}  // namespace

std::vector<UsersCurve> play_users(const UsersFeed& feed, const UsersWorld& world, const UsersPolicy& policy,
                                   const std::function<void(double)>& progress) {
  constexpr std::size_t kOften = 1024;
  const auto begun = cpu_seconds();
  Player player(feed, world, policy);
  for (std::size_t i = 0; i < feed.acts.size(); ++i) {
    player.act(feed.acts[i]);
    if (i % kOften == 0) progress(static_cast<double>(i) / static_cast<double>(feed.acts.size()));
  }
  auto curves = player.finish();
  for (auto& curve : curves) curve.seconds = cpu_seconds() - begun;
  return curves;
}

EstateReport know_all(const UsersFeed& feed, const UsersWorld& world) {
  return play_knowing(feed, world, [&](const auto&, UnixMillis asked) { return std::optional(asked - world.start); });
}

EstateReport know_at_acts(const UsersFeed& feed, const UsersWorld& world) {
  return play_knowing(feed, world, [&](const std::vector<UnixMillis>& acts, UnixMillis asked) {
    std::optional<UnixMillis> best;
    for (auto it = acts.rbegin(); it != acts.rend() && *it >= asked - world.horizon; ++it) {
      best = *it;
      if (*it <= asked - world.start) break;
    }
    return best;
  });
}

}  // namespace harbinger::replay
