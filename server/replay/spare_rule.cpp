#include <algorithm>
#include <queue>
#include <set>
#include <unordered_map>
#include <vector>

#include "orchestrate/worth.h"
#include "server/replay/spare_maker.h"

namespace harbinger::replay {

namespace {

using orchestrate::ActorKey;
using orchestrate::LikelyNeed;
using orchestrate::Need;

orchestrate::KindSettings kind_of(const SparePrices& prices) {
  orchestrate::KindSettings kind;
  kind.cold_cost = prices.cold_s;
  kind.idle_cost = 3600;  // a second of idleness costs 1
  return kind;
}

class SpareRule final : public SpareMaker {
 public:
  SpareRule(VirtualEstate& estate, const SparePrices& prices)
      : estate_(estate), prices_(prices), kind_(kind_of(prices)) {}

  void asked(const VirtualEstate::Request& request, UnixMillis now) override { estate_.ask(request, now); }

  void foresee(ActorKey user, const orchestrate::Outlook& outlook, bool acted, UnixMillis now) override {
    if (acted) given_up_.erase(user);
    const auto kept = keep(user, outlook, acted, now);
    auto room = prices_.per_user - std::min(prices_.per_user, kept.size());
    for (const auto& likely : outlook.needs) {
      if (room == 0) break;
      if (std::ranges::find(kept, &likely) != kept.end() || !worth(likely).pays || gave_up(user, likely.need)) continue;
      const auto number = estate_.order(user, likely.need, now);
      until_[number] = {now + prices_.start + prices_.horizon, user, likely.need};
      ends_.push({until_[number].at, number});
      --room;
    }
  }

  void pass(UnixMillis now) override {
    while (!ends_.empty() && ends_.top().at <= now) {
      const auto [at, number] = ends_.top();
      ends_.pop();
      const auto until = until_.find(number);
      if (until == until_.end()) continue;
      if (until->second.at > at) {
        ends_.push({until->second.at, number});  // it was foreseen again
        continue;
      }
      if (estate_.has(number)) given_up_[until->second.user].insert(until->second.need);
      until_.erase(until);
      estate_.remove(number, at);
    }
  }

 private:
  struct Until {
    UnixMillis at = 0;
    ActorKey user = 0;
    Need need{};
  };
  struct End {
    UnixMillis at = 0;
    std::uint64_t number = 0;
    bool operator>(const End& other) const { return at > other.at; }
  };

  orchestrate::Worth worth(const LikelyNeed& likely) const {
    return orchestrate::worth_of(likely, kind_, std::chrono::milliseconds(prices_.start),
                                 std::chrono::milliseconds(prices_.horizon), {});
  }

  // What is there and still worth it; the rest goes.
  std::vector<const LikelyNeed*> keep(ActorKey user, const orchestrate::Outlook& outlook, bool acted, UnixMillis now) {
    std::vector<const LikelyNeed*> kept;
    const auto spares = estate_.spares(user);
    for (const auto& spare : spares) {
      const auto found = std::ranges::find(outlook.needs, spare.need, &LikelyNeed::need);
      if (found == outlook.needs.end() || !worth(*found).stays) {
        estate_.remove(spare.number, now);
        until_.erase(spare.number);
        continue;
      }
      kept.push_back(&*found);
      if (acted) until_[spare.number].at = now + prices_.horizon;
    }
    return kept;
  }

  bool gave_up(ActorKey user, const Need& need) const {
    const auto found = given_up_.find(user);
    return found != given_up_.end() && found->second.contains(need);
  }

  VirtualEstate& estate_;
  const SparePrices prices_;
  const orchestrate::KindSettings kind_;
  std::unordered_map<std::uint64_t, Until> until_;
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
  std::unordered_map<ActorKey, std::set<Need>> given_up_;  // until the user acts again
};

}  // namespace

std::unique_ptr<SpareMaker> make_spare_rule(VirtualEstate& estate, const SparePrices& prices) {
  return std::make_unique<SpareRule>(estate, prices);
}

}  // namespace harbinger::replay
