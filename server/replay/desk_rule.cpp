// What is made ahead by the engine's own desk.
#include <string>
#include <unordered_map>

#include "orchestrate/resource_desk.h"
#include "orchestrate/virtual_resources.h"
#include "server/replay/spare_maker.h"

namespace harbinger::replay {

namespace {

using orchestrate::ActorKey;
using orchestrate::DeskAct;
using orchestrate::Moment;
using orchestrate::ResourceDesk;

constexpr UnixMillis kRound = 5'000;
constexpr const char* kTarget = "virtual";

Moment moment(UnixMillis at) { return {MonotonicTime{at * 1'000'000}, at}; }

orchestrate::KindSettings kind_named(std::string kind, const SparePrices& prices) {
  orchestrate::KindSettings settings{.kind = std::move(kind), .target = kTarget};
  settings.cold_cost = prices.cold_s;
  settings.idle_cost = 3600;  // a second of idleness costs 1
  settings.ready_within = std::chrono::milliseconds(2 * prices.start) + std::chrono::minutes(1);
  return settings;
}

// No budget but that of each user: what a policy costs is told, not bounded.
ResourceDesk::Rules rules_of(const SparePrices& prices) {
  constexpr unsigned kNoBound = 1'000'000'000;
  ResourceDesk::Rules rules{.mode = orchestrate::Mode::dry_run};
  for (const char* kind : {"machine", "volume", "deployment"}) rules.kinds.push_back(kind_named(kind, prices));
  rules.targets.push_back({kTarget,
                           {.name = kTarget, .usual_start = std::chrono::milliseconds(prices.start)},
                           [](const auto&) { return std::string(); }});
  rules.budgets = {.resources = kNoBound,
                   .per_user = static_cast<unsigned>(prices.per_user),
                   .starts_per_hour = kNoBound,
                   .starts_per_user_hour = kNoBound,
                   .cost_per_hour = 1e18};
  rules.cool_down = orchestrate::OrchestrationEngine::Settings{}.cool_down;
  rules.unused_after = std::chrono::milliseconds(2 * prices.horizon);
  rules.history = 16;
  return rules;
}

class DeskRule final : public SpareMaker {
 public:
  DeskRule(VirtualEstate& estate, const SparePrices& prices)
      : estate_(estate), start_(std::chrono::milliseconds(prices.start)), desk_(rules_of(prices), [this](auto) {
          return std::string(orchestrate::VirtualResources::kPrefix) + std::to_string(++last_id_);
        }) {}

  void asked(const VirtualEstate::Request& request, UnixMillis now) override {
    const auto answer = desk_.asked(request.user, request.need, true, moment(now));
    const auto number = numbers_.find(answer.id);
    estate_.ask(request, now, number == numbers_.end() ? VirtualEstate::kNone : number->second);
    carry_out(now);
  }

  void foresee(ActorKey user, const orchestrate::Outlook& outlook, bool acted, UnixMillis now) override {
    desk_.foreseen(user, {.outlook = outlook, .acted = acted}, moment(now));
    carry_out(now);
  }

  void pass(UnixMillis now) override {
    if (next_ == 0) next_ = now;
    for (; next_ <= now; next_ += kRound) {
      desk_.tick(moment(next_));
      carry_out(next_);
    }
  }

 private:
  void carry_out(UnixMillis now) {
    for (auto acts = desk_.take_acts(); !acts.empty(); acts = desk_.take_acts())
      for (const auto& act : acts) {
        tell(act, now);
        virtual_.act(act, start_, desk_, moment(now));
      }
    desk_.take_notes(), desk_.take_moved(), desk_.take_changed();
  }

  void tell(const DeskAct& act, UnixMillis now) {
    if (act.kind == DeskAct::Kind::make) numbers_[act.id] = estate_.order(desk_.find(act.id)->what.user, act.need, now);
    if (act.kind != DeskAct::Kind::remove) return;
    const auto number = numbers_.extract(act.id);
    if (!number.empty()) estate_.remove(number.mapped(), now);
  }

  VirtualEstate& estate_;
  const Duration start_;
  std::uint64_t last_id_ = 0;
  ResourceDesk desk_;
  orchestrate::VirtualResources virtual_;
  std::unordered_map<std::string, std::uint64_t> numbers_;
  UnixMillis next_ = 0;
};

}  // namespace

std::unique_ptr<SpareMaker> make_desk_rule(VirtualEstate& estate, const SparePrices& prices) {
  return std::make_unique<DeskRule>(estate, prices);
}

}  // namespace harbinger::replay
