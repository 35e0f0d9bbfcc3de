// What a user will need, against what is there for him.
#include <algorithm>

#include "orchestrate/reasons.h"
#include "orchestrate/resource_desk.h"

namespace harbinger::orchestrate {

namespace {

// Another size of the same: what a target that changes may make of it.
bool is_like(const Need& one, const Need& other) {
  return one.kind == other.kind && one.image == other.image && one.security == other.security;
}

}  // namespace

void ResourceDesk::foreseen(ActorKey user, const Foresight& sight, Moment now) {
  accrue(now.at);
  if (!plans() || halted_) return;
  auto wanted = wanted_of(sight);
  std::vector<std::string> surplus;
  if (const auto known = users_.find(user); known != users_.end()) {
    if (sight.acted) known->second.forget(Of::given_up);
    surplus = match(known->second, wanted);
  }
  review_waiting(user, wanted, now);
  retire(surplus, wanted, sight, now);
  for (const auto& each : wanted)
    if (!each.met && each.worth.pays) want(user, each, sight, now);
}

std::vector<ResourceDesk::Wanted> ResourceDesk::wanted_of(const Foresight& sight) const {
  std::vector<Wanted> wanted;
  for (const auto& each : sight.outlook.needs) {
    const auto kind = kind_named(each.need.kind);
    if (kind == kNoKind || each.need.count == 0) continue;
    const auto start = targets_[kind_targets_[kind]].rules.traits.usual_start;
    wanted.push_back({&each, kind, worth_of(each, settings_of(kind), start, rules_.unused_after, sight.load)});
  }
  return wanted;
}

// Each likely need is met by one resource of it, each resource meets one; what meets none, or does not pay, is surplus.
std::vector<std::string> ResourceDesk::match(DeskUser& user, std::vector<Wanted>& wanted) {
  std::vector<std::string> surplus;
  for (const auto& id : user.resources) {
    auto& resource = *known(id);
    if (resource.asked || resource.recovered || resource.what.step == Step::removing) continue;
    const auto meets = std::ranges::find_if(
        wanted, [&](const Wanted& each) { return !each.met && each.likely->need == resource.what.need; });
    resource.what.probability = meets == wanted.end() ? 0 : meets->likely->probability;
    if (meets != wanted.end()) meets->met = true;
    if (meets == wanted.end() || !meets->worth.stays) surplus.push_back(id);
  }
  return surplus;
}

// What was planned before and waits: still wanted, or dropped.
void ResourceDesk::review_waiting(ActorKey user, std::vector<Wanted>& wanted, Moment now) {
  const auto known = users_.find(user);
  if (known == users_.end()) return;
  for (const auto number : std::vector(known->second.actions)) {
    auto& planned = open_.at(number);
    if (planned.what.reactive) {
      if (planned.what.state == Action::State::held) proceed(planned, now);
      continue;
    }
    const auto meets = std::ranges::find_if(
        wanted, [&](const Wanted& each) { return !each.met && each.likely->need == planned.what.need; });
    const bool stays = meets != wanted.end() && meets->worth.stays;
    if (!stays) {
      const bool was_shown = planned.what.state == Action::State::proposed;
      if (was_shown)
        over(number, Action::State::expired, "it is not likely any more", now);
      else
        drop(number);
      continue;
    }
    meets->met = true;
    planned.what.probability = meets->likely->probability;
    if (planned.what.state == Action::State::held) proceed(planned, now);
  }
}

// Of what is there and not likely any more, another size is made where that is wanted and can be done; the rest is given up.
void ResourceDesk::retire(const std::vector<std::string>& surplus, std::vector<Wanted>& wanted, const Foresight& sight,
                          Moment now) {
  for (const auto& id : surplus) {
    auto& resource = *known(id);
    if (waits_to_change(resource)) continue;
    const auto other = std::ranges::find_if(wanted, [&](const Wanted& each) {
      return !each.met && each.worth.pays && is_like(each.likely->need, resource.what.need);
    });
    if (other != wanted.end() && change_into(resource, *other, sight, now)) continue;
    if (now.at - resource.ordered < rules_.cool_down) continue;
    const auto kind = resource.kind;
    LikelyNeed now_likely{.need = resource.what.need, .probability = resource.what.probability};
    const auto& rules = targets_[resource.target].rules;
    const double break_even = kind == kNoKind ? 1
                                              : worth_of(now_likely, settings_of(kind), rules.traits.usual_start,
                                                         rules_.unused_after, sight.load)
                                                    .break_even;
    give_up(resource, true,
            reason_to_give_up(resource.what.user, resource.what.need, resource.what.probability, break_even), now);
  }
}

bool ResourceDesk::waits_to_change(const DeskResource& resource) const {
  const auto user = users_.find(resource.what.user);
  return user != users_.end() && std::ranges::any_of(user->second.actions, [&](auto number) {
           return open_.at(number).what.resource == resource.what.id;
         });
}

bool ResourceDesk::change_into(DeskResource& resource, Wanted& wanted, const Foresight& sight, Moment now) {
  const auto& rules = targets_[resource.target].rules;
  const bool can = rules.traits.changes && !resource.fixed && !resource.calling && resource.what.step == Step::spare;
  if (!can || resource.kind != wanted.kind) return false;
  if (!rules.refusal(wanted.likely->need).empty()) return false;
  const auto user = resource.what.user;
  const Action what{.kind = Action::Kind::change,
                    .user = user,
                    .resource = resource.what.id,
                    .target = rules.name,
                    .need = wanted.likely->need,
                    .before = resource.what.need,
                    .probability = wanted.likely->probability,
                    .cost_per_hour = part_of(wanted.kind, user, wanted.likely->need, false).cost_per_hour,
                    .reason = reason_to_change(user, resource.what.need, *wanted.likely)};
  if (held_back(what, wanted.kind, now)) return false;
  auto* planned = plan(what, wanted.kind, {}, now);
  if (sight.explain) planned->why = sight.explain();
  wanted.met = true;
  proceed(*planned, now);
  return true;
}

void ResourceDesk::want(ActorKey user, const Wanted& wanted, const Foresight& sight, Moment now) {
  const auto& need = wanted.likely->need;
  Action what{.kind = Action::Kind::make,
              .user = user,
              .target = target_of(wanted.kind).rules.name,
              .need = need,
              .probability = wanted.likely->probability,
              .cost_per_hour = part_of(wanted.kind, user, need, false).cost_per_hour,
              .reason = reason_to_make(user, *wanted.likely, wanted.worth)};
  auto held = held_back(what, wanted.kind, now);
  const bool is_silent = held.by == Hold::denied || held.by == Hold::given_up || held.by == Hold::refused;
  if (is_silent) {
    ++counts_.held[static_cast<std::size_t>(held.by)];
    return;
  }
  const auto refusal = target_of(wanted.kind).rules.refusal(need);
  auto* planned = plan(std::move(what), wanted.kind, refusal.empty() ? held : Held{}, now);
  if (!planned) return;
  if (sight.explain) planned->why = sight.explain();
  planned->why.push_back(spending_.to_string(user));
  if (refusal.empty()) return proceed(*planned, now);
  users_[user].remember(Of::refused, need, now.at + rules_.limits.refused);
  over(planned->what.number, Action::State::failed, refusal, now);
}

bool ResourceDesk::busy(ActorKey user) const {
  const auto known = users_.find(user);
  if (known == users_.end()) return false;
  if (!known->second.actions.empty()) return true;
  return std::ranges::any_of(known->second.resources, [this](const auto& id) { return !find(id)->asked; });
}

}  // namespace harbinger::orchestrate
