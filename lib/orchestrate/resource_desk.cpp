#include "orchestrate/resource_desk.h"

#include <algorithm>

namespace harbinger::orchestrate {

namespace {

using provision::StartCircuit;

StartCircuit::Failure failure_of(ErrorCode code) {
  if (code == ErrorCode::too_large) return StartCircuit::Failure::capacity;
  if (code == ErrorCode::denied) return StartCircuit::Failure::never;
  return StartCircuit::Failure::start;
}

// The target may have done it or not: a look will tell.
bool tells_nothing(ErrorCode code) {
  return code == ErrorCode::timeout || code == ErrorCode::unreachable || code == ErrorCode::truncated;
}

}  // namespace

ResourceDesk::ResourceDesk(Rules rules, std::function<std::string(std::string_view)> next_id)
    : rules_(std::move(rules)), next_id_(std::move(next_id)), spending_(rules_.budgets) {
  for (const auto& each : rules_.targets)
    targets_.push_back({.rules = each, .circuit = StartCircuit(rules_.limits.circuit)});
  for (const auto& each : rules_.kinds) {
    const auto target = std::ranges::find(rules_.targets, each.target, &TargetRules::name);
    kind_targets_.push_back(static_cast<std::uint16_t>(target - rules_.targets.begin()));
  }
}

std::uint16_t ResourceDesk::kind_named(std::string_view kind) const {
  const auto found = std::ranges::find(rules_.kinds, kind, &KindSettings::kind);
  return found == rules_.kinds.end() ? kNoKind : static_cast<std::uint16_t>(found - rules_.kinds.begin());
}

// What is there costs, and what is not used is idle, until now as it was since the last event.
void ResourceDesk::accrue(MonotonicTime now) {
  if (now <= accrued_) return;
  const double seconds = accrued_.ns == 0 ? 0 : std::chrono::duration<double>(now - accrued_).count();
  accrued_ = now;
  counts_.idle_s += static_cast<double>(spares_) * seconds;
  counts_.cost += spending_.cost_per_hour() * seconds / 3600;
}

DeskResource* ResourceDesk::known(std::string_view id) {
  const auto found = resources_.find(id);
  return found == resources_.end() ? nullptr : &found->second;
}
const DeskResource* ResourceDesk::find(std::string_view id) const {
  const auto found = resources_.find(id);
  return found == resources_.end() ? nullptr : &found->second;
}

Spending::Part ResourceDesk::part_of(std::uint16_t kind, ActorKey user, const Need& need, bool asked) const {
  const double each = kind == kNoKind ? 0 : targets_[kind_targets_[kind]].rules.traits.cost_per_hour;
  return {.user = user, .parts = need.count, .cost_per_hour = each * need.count, .ahead = !asked};
}
Spending::Part ResourceDesk::part_of(const DeskResource& resource) const {
  auto more = resource.what.need;
  if (resource.before) more.count = std::max(more.count, resource.before->count);  // as it may become again
  return part_of(resource.kind, resource.what.user, more, resource.asked);
}

DeskResource& ResourceDesk::add(std::string id, std::uint16_t kind, std::uint16_t target, ActorKey user,
                                const Need& need, bool asked, Moment now) {
  auto& resource = resources_[id];
  resource.what = {.id = id, .kind = need.kind, .target = targets_[target].rules.name, .user = user, .need = need};
  resource.what.ordered = now.date;
  resource.kind = kind;
  resource.target = target;
  resource.asked = asked;
  resource.ordered = now.at;
  spending_.add(part_of(resource));
  ++targets_[target].coming;
  if (user != 0) users_[user].resources.push_back(std::move(id));
  return resource;
}

void ResourceDesk::erase(DeskResource& resource) {
  move(resource, Step::removing);
  spending_.take(part_of(resource));
  if (resource.hangs) --targets_[resource.target].hanging;
  if (const auto user = users_.find(resource.what.user); user != users_.end())
    std::erase(user->second.resources, resource.what.id);
  resources_.erase(resources_.find(resource.what.id));
}

void ResourceDesk::move(DeskResource& resource, Step step) {
  const auto comes = [](Step of) { return of == Step::ordered || of == Step::starting; };
  auto& target = targets_[resource.target];
  if (comes(resource.what.step)) --target.coming;
  if (comes(step)) ++target.coming;
  if (resource.what.step == Step::spare) --spares_;
  if (step == Step::spare) ++spares_;
  resource.what.step = step;
  moved_.push_back(resource.what);
}

void ResourceDesk::set_asked(DeskResource& resource, bool asked) {
  spending_.take(part_of(resource));
  resource.asked = asked;
  spending_.add(part_of(resource));
}

void ResourceDesk::set_need(DeskResource& resource, Need need, std::optional<Need> before) {
  spending_.take(part_of(resource));
  resource.what.need = std::move(need);
  resource.before = std::move(before);
  spending_.add(part_of(resource));
}

void ResourceDesk::call(DeskResource& resource, DeskAct::Kind kind, Duration within, Moment now) {
  resource.calling = true;
  resource.call = kind;
  resource.called = now.at;
  resource.within = within;
  resource.begun = false;
  acts_.push_back(
      {kind, resource.what.id, resource.target, resource.kind, resource.what.need, within, resource.is_virtual});
}

// The target has answered.
void ResourceDesk::back(DeskResource& resource) {
  resource.calling = false;
  if (!resource.hangs) return;
  resource.hangs = false;
  --targets_[resource.target].hanging;
}

// What this call was about; null when nobody waits for it any more.
DeskResource* ResourceDesk::answered(std::string_view id, DeskAct::Kind call, Moment now) {
  accrue(now.at);
  auto* resource = known(id);
  if (!resource || !resource->calling || resource->call != call) return nullptr;
  back(*resource);
  return resource;
}

// Time that an order waited for a thread is no fault of the target.
void ResourceDesk::begun(std::string_view id, Moment now) {
  auto* resource = known(id);
  if (!resource || !resource->calling || resource->begun) return;
  resource->begun = true;
  resource->called = now.at;
  const bool makes = resource->call == DeskAct::Kind::make || resource->call == DeskAct::Kind::change;
  if (makes) resource->deadline = now.at + resource->within;
}

void ResourceDesk::made(std::string_view id, const Result<Made>& made, Moment now) {
  auto* resource = answered(id, DeskAct::Kind::make, now);
  if (resource == nullptr) return;
  if (resource->what.step == Step::removing) return call_remove(*resource, now);
  resource->unsure = !made;
  if (!made && tells_nothing(made.error().code)) {
    resource->what.trouble = made.error().message;
    resource->look_at = now.at + rules_.limits.first_look;
    return;
  }
  if (!made) return failed(*resource, failure_of(made.error().code), made.error().message, now);
  if (made->condition == Made::Condition::gone)
    return failed(*resource, StartCircuit::Failure::start, "it was gone at once", now);
  took(*resource, *made, false, now);
}

void ResourceDesk::looked(std::string_view id, const Result<Made>& made, Moment now) {
  auto* resource = answered(id, DeskAct::Kind::look, now);
  if (resource == nullptr) return;
  if (resource->what.step == Step::removing) return call_remove(*resource, now);
  if (!made) {
    resource->what.trouble = made.error().message;
    return;
  }
  if (made->condition == Made::Condition::gone) return gone(*resource, now);
  took(*resource, *made, true, now);
}

void ResourceDesk::changed(std::string_view id, const Result<Made>& made, Moment now) {
  auto* resource = answered(id, DeskAct::Kind::change, now);
  if (resource == nullptr) return;
  if (made) set_need(*resource, resource->what.need);
  if (resource->what.step == Step::removing) return call_remove(*resource, now);
  if (made && resource->what.step == Step::claimed)
    over(std::exchange(resource->action, 0), Action::State::done, {}, now);
  if (made) return took(*resource, *made, false, now);
  resource->what.trouble = made.error().message;
  resource->again = now.at + rules_.limits.first_pause;
  if (!tells_nothing(made.error().code)) not_changed(*resource, made.error().message, now);
}

// It stays what it was, and is not changed again.
void ResourceDesk::not_changed(DeskResource& resource, const std::string& why, Moment now) {
  resource.fixed = true;
  set_need(resource, *resource.before);
  note(DeskNote::Kind::changed, resource);
  over(std::exchange(resource.action, 0), Action::State::failed, why, now);
  moved_.push_back(resource.what);
  resource.look_at = now.at;
  if (resource.kind != kNoKind) resource.deadline = now.at + settings_of(resource.kind).ready_within;
}

// What a target says of it. That it is ready counts when a look says so: that it was made is a promise only.
void ResourceDesk::took(DeskResource& resource, const Made& made, bool look, Moment now) {
  resource.gone = 0;
  resource.unsure = false;
  resource.what.trouble = made.trouble;
  const bool news = made.reach != resource.what.reach;
  if (!made.reach.empty()) resource.what.reach = made.reach;
  if (resource.what.step == Step::ordered) move(resource, Step::starting);
  const bool whole = made.condition == Made::Condition::ready && made.parts >= resource.what.need.count;
  resource.look_at = now.at + (whole || resource.is_virtual ? Duration(0) : rules_.limits.first_look);
  if (resource.what.step == Step::starting) {
    if (whole && look) return became_ready(resource, now);
    const bool half = made.condition == Made::Condition::partly || made.condition == Made::Condition::ready;
    if (half && !whole) resource.unsure = true;
    return;
  }
  resource.look_at = now.at + rules_.limits.look_after;
  if (news) moved_.push_back(resource.what);
  if (whole || resource.what.step != Step::spare) return;
  // It is not what was promised any more: completed in time, or removed.
  resource.deadline = now.at + (resource.kind == kNoKind ? Duration(0) : settings_of(resource.kind).ready_within);
  move(resource, Step::starting);
}

void ResourceDesk::became_ready(DeskResource& resource, Moment now) {
  if (!resource.was_ready) ++counts_.made;
  resource.was_ready = true;
  resource.ready = now.at;
  resource.what.ready = now.date;
  resource.pause = {};
  over(std::exchange(resource.action, 0), Action::State::done, {}, now);
  resource.look_at = now.at + rules_.limits.look_after;
  if (resource.asked) return claim(resource, now);
  move(resource, Step::spare);
}

void ResourceDesk::claim(DeskResource& resource, Moment now) {
  resource.what.claimed = now.date;
  move(resource, Step::claimed);
  note(DeskNote::Kind::asked, resource);
  if (resource.is_virtual) end(resource, now);  // its user has it from elsewhere
}

// A look found nothing. Once may be a target that is slow to show what it makes; where it may not have heard of it, it is told again.
void ResourceDesk::gone(DeskResource& resource, Moment now) {
  if (resource.unsure && resource.what.step != Step::spare && resource.what.step != Step::claimed) {
    resource.unsure = false;
    return call(resource, DeskAct::Kind::make, resource.deadline - now.at, now);
  }
  resource.look_at = now.at + rules_.limits.first_look;
  if (++resource.gone < rules_.limits.gone) return;
  ++counts_.lies;
  failed(resource, StartCircuit::Failure::start, "its target said that it was made, and does not have it", now);
}

void ResourceDesk::failed(DeskResource& resource, StartCircuit::Failure what, const std::string& why, Moment now) {
  if (resource.what.step == Step::removing) return;
  ++counts_.failed;
  resource.what.trouble = why;
  if (!resource.steady) targets_[resource.target].circuit.failed(what, resource.ordered, why, now.at);
  auto& user = users_[resource.what.user];
  const bool never = what == StartCircuit::Failure::never;
  user.remember(Of::failed, resource.what.need, now.at + (never ? rules_.limits.refused : rules_.cool_down));
  over(std::exchange(resource.action, 0), Action::State::failed, why, now);
  remove(resource, "it failed: " + why, false, now);
}

// It was foreseen, and not asked for.
void ResourceDesk::give_up(DeskResource& resource, bool rolled_back, std::string reason, Moment now) {
  ++counts_.wasted;
  if (rolled_back) ++counts_.rolled_back;
  users_[resource.what.user].remember(rolled_back ? Of::removed : Of::given_up, resource.what.need,
                                      now.at + (rolled_back ? rules_.cool_down : rules_.limits.refused));
  remove(resource, std::move(reason), true, now);
}

void ResourceDesk::remove(DeskResource& resource, std::string reason, bool planned, Moment now) {
  over(std::exchange(resource.action, 0), Action::State::expired, "it is not needed any more", now);
  Action what{.kind = Action::Kind::remove,
              .user = resource.what.user,
              .resource = resource.what.id,
              .target = resource.what.target,
              .need = resource.what.need,
              .probability = resource.what.probability,
              .cost_per_hour = part_of(resource).cost_per_hour,
              .reason = std::move(reason)};
  if (planned) what.reactive = resource.asked;
  what.state = resource.is_virtual ? Action::State::would : Action::State::acting;
  if (auto* action = plan(std::move(what), resource.kind, {}, now)) {
    resource.action = action->what.number;
    if (resource.is_virtual)
      over(std::exchange(resource.action, 0), Action::State::would, {}, now);
    else
      tell(*action);
  }
  move(resource, Step::removing);
  note(DeskNote::Kind::removing, resource);
  if (!resource.calling) call_remove(resource, now);
}

void ResourceDesk::call_remove(DeskResource& resource, Moment now) {
  call(resource, DeskAct::Kind::remove, rules_.limits.remove_for, now);
}

void ResourceDesk::removed(std::string_view id, const Result<void>& outcome, Moment now) {
  auto* resource = answered(id, DeskAct::Kind::remove, now);
  if (resource == nullptr) return;
  if (outcome) return end(*resource, now);
  resource->what.trouble = outcome.error().message;
  resource->pause = std::clamp(2 * resource->pause, rules_.limits.first_pause, rules_.limits.longest_pause);
  resource->again = now.at + resource->pause;
  moved_.push_back(resource->what);
}

void ResourceDesk::end(DeskResource& resource, Moment now) {
  over(std::exchange(resource.action, 0), Action::State::done, {}, now);
  note(DeskNote::Kind::ended, resource);
  resource.what.trouble = "it is gone";
  erase(resource);
}

}  // namespace harbinger::orchestrate
