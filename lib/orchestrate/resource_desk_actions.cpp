// Actions: from a plan to its end.
#include <algorithm>

#include "orchestrate/reasons.h"
#include "orchestrate/resource_desk.h"

namespace harbinger::orchestrate {

// Null where it would be one too many that wait.
Planned* ResourceDesk::plan(Action what, std::uint16_t kind, const Held& held, Moment now) {
  if (held) ++counts_.held[static_cast<std::size_t>(held.by)];
  if (held && open_.size() >= rules_.limits.open) return nullptr;
  what.number = next_number_++;
  what.planned = now.date;
  if (held) {
    what.state = Action::State::held;
    what.trouble = held.why;
  }
  auto& planned = open_[what.number];
  planned.what = std::move(what);
  planned.kind = kind;
  planned.planned = now.at;
  return &planned;
}

void ResourceDesk::over(std::uint64_t number, Action::State state, std::string trouble, Moment now) {
  const auto found = open_.find(number);
  if (found == open_.end()) return;
  auto planned = std::move(found->second);
  drop(number);
  planned.what.state = state;
  planned.what.trouble = std::move(trouble);
  planned.what.ended = now.date;
  archive(std::move(planned));
}

void ResourceDesk::archive(Planned planned) {
  tell(planned);
  over_.push_back(std::move(planned));
  if (over_.size() > rules_.history) over_.pop_front();
}

// Without a trace: it was held back only, or is told of elsewhere.
void ResourceDesk::drop(std::uint64_t number) {
  const auto found = open_.find(number);
  if (found == open_.end()) return;
  if (const auto user = users_.find(found->second.what.user); user != users_.end())
    std::erase(user->second.actions, number);
  open_.erase(found);
}

Held ResourceDesk::target_holds(std::uint16_t kind) const {
  const auto& target = targets_[kind_targets_[kind]];
  if (!target.trouble.empty()) return {Hold::target, target.rules.name + ": " + target.trouble};
  if (target.hanging > 0) return {Hold::target, target.rules.name + " does not come back from a call"};
  if (!target.circuit.closed(target.coming, now_))
    return {Hold::target, target.rules.name + " failed of late: " + target.circuit.trouble()};
  return {};
}

Held ResourceDesk::held_back(const Action& what, std::uint16_t kind, Moment now) {
  now_ = now.at;
  if (halted_ && !what.reactive) return {Hold::halted, "nothing more is made ahead, by order"};
  if (!journal_trouble_.empty() && acts_for_real()) return {Hold::journal, journal_trouble_};
  const auto& user = users_[what.user];
  if (!what.reactive) {
    if (user.recalls(Of::denied, what.need, now.at))
      return {Hold::denied, "it was proposed a while ago, and not wanted"};
    if (user.recalls(Of::given_up, what.need, now.at))
      return {Hold::given_up, "it was there and not asked for, and its user has done nothing since"};
    if (user.recalls(Of::removed, what.need, now.at)) return {Hold::cool_down, "it was removed just now"};
  }
  if (user.recalls(Of::failed, what.need, now.at)) return {Hold::cool_down, "it failed just now"};
  if (user.recalls(Of::refused, what.need, now.at)) return {Hold::refused, "its target will never make that"};
  if (auto held = target_holds(kind)) return held;
  auto part = part_of(kind, what.user, what.need, what.reactive);
  if (what.kind == Action::Kind::change) {
    const auto* resource = known(what.resource);  // may be another than when it was planned
    const unsigned there = resource ? part_of(*resource).parts : what.before.count;
    const unsigned before = std::min(part.parts, there);
    part.ahead = resource ? !resource->asked : part.ahead;
    part.cost_per_hour *= static_cast<double>(part.parts - before) / std::max(part.parts, 1U);
    part.parts -= before;
  }
  return spending_.room(part, what.kind == Action::Kind::make, now.at);
}

// As far as it may go now.
void ResourceDesk::proceed(Planned& planned, Moment now) {
  auto& what = planned.what;
  const auto held = held_back(what, planned.kind, now);
  const auto before = std::pair(what.state, what.trouble);
  const bool waits = rules_.mode == Mode::approval && !planned.approved;
  what.trouble = held.why;
  what.state = held ? Action::State::held : waits ? Action::State::proposed : Action::State::acting;
  if (!held && !waits) return carry_out(planned, now);
  if (before.first == Action::State::proposed && what.state == Action::State::held) planned.planned = now.at;
  auto& actions = users_[what.user].actions;
  if (std::ranges::find(actions, what.number) == actions.end()) actions.push_back(what.number);
  if (before != std::pair(what.state, what.trouble)) tell(planned);
}

void ResourceDesk::carry_out(Planned& planned, Moment now) {
  std::erase(users_[planned.what.user].actions, planned.what.number);
  if (planned.what.kind == Action::Kind::make) return order(planned, now);
  auto* resource = known(planned.what.resource);
  const bool there = resource && resource->what.step != Step::removing && !resource->calling;
  if (there) return begin_change(planned, *resource, now);
  over(planned.what.number, Action::State::expired, "what was to be changed is gone", now);
}

void ResourceDesk::order(Planned& planned, Moment now) {
  auto& what = planned.what;
  const auto& kind = settings_of(planned.kind);
  what.resource = next_id_(kind.kind);
  auto& resource =
      add(what.resource, planned.kind, kind_targets_[planned.kind], what.user, what.need, what.reactive, now);
  resource.is_virtual = rules_.mode == Mode::dry_run;
  resource.what.probability = what.probability;
  resource.deadline = now.at + kind.ready_within;
  spending_.ordered(what.user, now.at);
  moved_.push_back(resource.what);
  note(DeskNote::Kind::ordered, resource);
  call(resource, DeskAct::Kind::make, kind.ready_within, now);
  if (resource.is_virtual) return over(what.number, Action::State::would, {}, now);
  resource.action = what.number;
  tell(planned);
}

void ResourceDesk::begin_change(Planned& planned, DeskResource& resource, Moment now) {
  auto& what = planned.what;
  const auto within = settings_of(planned.kind).ready_within;
  what.before = resource.what.need;
  resource.deadline = now.at + within;
  resource.what.probability = what.probability;
  set_need(resource, what.need, resource.what.need);
  if (!resource.asked) move(resource, Step::starting);
  note(DeskNote::Kind::changed, resource);
  call(resource, DeskAct::Kind::change, within, now);
  if (resource.is_virtual) return over(what.number, Action::State::would, {}, now);
  resource.action = what.number;
  tell(planned);
}

Result<void> ResourceDesk::approve(std::uint64_t action, bool yes, Moment now) {
  accrue(now.at);
  const auto found = open_.find(action);
  if (found == open_.end())
    return this->action(action)
               ? fail(ErrorCode::conflict, "action " + std::to_string(action) + " is over and waits for nothing")
               : fail(ErrorCode::not_found, "no action " + std::to_string(action));
  auto& planned = found->second;
  const auto state = planned.what.state;
  if (state != Action::State::proposed)
    return fail(ErrorCode::conflict, "action " + std::to_string(action) + " is " + std::string(to_string(state)) +
                                         ", and only one that is proposed can be approved or denied");
  if (yes) {
    planned.approved = true;
    proceed(planned, now);
    return {};
  }
  users_[planned.what.user].remember(Of::denied, planned.what.need, now.at + rules_.approval_within);
  over(action, Action::State::denied, "somebody said no", now);
  return {};
}

std::size_t ResourceDesk::approve_all(Moment now) {
  std::vector<std::uint64_t> waiting;
  for (const auto& [number, planned] : open_)
    if (planned.what.state == Action::State::proposed) waiting.push_back(number);
  return static_cast<std::size_t>(
      std::ranges::count_if(waiting, [&](auto each) { return approve(each, true, now).has_value(); }));
}

// What nobody said anything to is not proposed again at once.
void ResourceDesk::expire(Moment now) {
  std::vector<std::uint64_t> late;
  for (const auto& [number, planned] : open_) {
    const auto& what = planned.what;
    const bool waits = what.state == Action::State::proposed || (what.reactive && what.state == Action::State::held);
    if (waits && now.at - planned.planned >= rules_.approval_within) late.push_back(number);
  }
  for (const auto number : late) {
    const auto& what = open_.at(number).what;
    const auto within = " within " + spoken(rules_.approval_within);
    if (what.state == Action::State::held) {
      over(number, Action::State::expired, "it was held back: " + what.trouble + ", and could not be done" + within,
           now);
      continue;
    }
    users_[what.user].remember(Of::denied, what.need, now.at + rules_.cool_down);
    over(number, Action::State::expired, "nobody approved it" + within, now);
  }
}

std::vector<Action> ResourceDesk::plan() const {
  std::vector<Action> all;
  for (const auto& [number, planned] : open_) all.push_back(planned.what);
  return all;
}

std::vector<Action> ResourceDesk::history(std::size_t most) const {
  std::vector<Action> all;
  for (auto each = over_.rbegin(); each != over_.rend() && all.size() < most; ++each) all.push_back(each->what);
  return all;
}

const Planned* ResourceDesk::action(std::uint64_t number) const {
  if (const auto found = open_.find(number); found != open_.end()) return &found->second;
  const auto found =
      std::find_if(over_.rbegin(), over_.rend(), [&](const auto& each) { return each.what.number == number; });
  return found == over_.rend() ? nullptr : &*found;
}

std::size_t ResourceDesk::waiting(Action::State state) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(open_, [&](const auto& each) { return each.second.what.state == state; }));
}

}  // namespace harbinger::orchestrate
