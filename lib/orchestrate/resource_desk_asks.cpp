// What users ask for, give back, and use.
#include <algorithm>
#include <cmath>

#include "orchestrate/reasons.h"
#include "orchestrate/resource_desk.h"

namespace harbinger::orchestrate {

namespace {

constexpr float kNews = 0.3F;  // of a sample of use, in the mean of late
constexpr float kTooFull = 0.85F, kTooEmpty = 0.25F, kGood = 0.6F;
constexpr unsigned kEnough = 5;  // samples

// Sizes that were not told are no matter.
bool fits(const Need& there, const Need& asked) {
  auto as_told = there;
  if (asked.storage_gb == 0) as_told.storage_gb = 0;
  if (asked.bandwidth_mbps == 0) as_told.bandwidth_mbps = 0;
  return as_told == asked;
}

}  // namespace

// The one that is ready for longest; else one that comes.
DeskResource* ResourceDesk::unasked(ActorKey user, const Need& need) {
  const auto of = users_.find(user);
  if (of == users_.end()) return nullptr;
  DeskResource* best = nullptr;
  const auto better = [&](const DeskResource& one) {
    const bool is_spare = one.what.step == Step::spare;
    if (!best) return true;
    if (is_spare != (best->what.step == Step::spare)) return is_spare;
    return is_spare && one.ready < best->ready;
  };
  for (const auto& id : of->second.resources) {
    auto& one = *known(id);
    const bool free = !one.asked && one.what.step != Step::removing && one.what.step != Step::claimed && !one.before;
    if (free && fits(one.what.need, need) && better(one)) best = &one;
  }
  return best;
}

ResourceDesk::Answer ResourceDesk::asked(ActorKey user, const Need& need, bool claim, Moment now) {
  using Found = Answer::Found;
  accrue(now.at);
  const auto kind = kind_named(need.kind);
  if (kind == kNoKind) return {.found = Found::unknown, .why = "no kind '" + need.kind + "' is configured"};
  if (!plans()) return {.found = Found::nothing, .why = "the mode is off"};
  if (claim && acts_for_real() && !journal_trouble_.empty())
    return {.found = Found::nothing, .why = journal_trouble_, .hold = Hold::journal};
  auto& of = users_[user];
  if (!claim && of.forget(Of::echo, need)) {
    ++counts_.echoes;
    return {.found = Found::known};
  }
  if (claim) of.remember(Of::echo, need, now.at + rules_.limits.echo);
  auto* resource = unasked(user, need);
  if (!resource) return make_now(user, need, kind, now);
  const auto id = resource->what.id;
  const bool ready = resource->what.step == Step::spare;
  ++(ready ? counts_.hits : counts_.misses);
  if (!ready) ++counts_.late;
  if (ready) counts_.lead_s += std::chrono::duration<double>(now.at - resource->ready).count();
  set_asked(*resource, true);
  if (ready) {
    this->claim(*resource, now);
  } else {
    note(DeskNote::Kind::asked, *resource);
    moved_.push_back(resource->what);
  }
  return {.found = ready ? Found::ready : Found::coming, .id = id, .why = ready ? "" : "it is being made"};
}

ResourceDesk::Answer ResourceDesk::make_now(ActorKey user, const Need& need, std::uint16_t kind, Moment now) {
  using Found = Answer::Found;
  ++counts_.misses;
  // What was to be ready before this is too late now.
  for (const auto number : std::vector(users_[user].actions)) {
    const auto& what = open_.at(number).what;
    if (what.kind != Action::Kind::make || what.reactive || !fits(what.need, need)) continue;
    over(number, Action::State::expired, "it was asked for before", now);
  }
  if (!rules_.reactive) return {.found = Found::nothing, .why = "none is ready, and none is made on demand"};
  Action what{.kind = Action::Kind::make,
              .user = user,
              .target = target_of(kind).rules.name,
              .need = need,
              .reactive = true,
              .probability = 1,
              .cost_per_hour = part_of(kind, user, need, true).cost_per_hour,
              .reason = user_text(user) + " asks for " + to_string(need) + ", and none is ready"};
  if (need.count == 0) return {.found = Found::nothing, .why = "a need of nothing: count is 0"};
  if (const auto why = target_of(kind).rules.refusal(need); !why.empty())
    return {.found = Found::nothing, .why = why, .hold = Hold::refused};
  if (const auto held = held_back(what, kind, now)) {
    ++counts_.held[static_cast<std::size_t>(held.by)];
    return {.found = Found::nothing, .why = held.why, .hold = held.by};
  }
  auto& planned = *plan(std::move(what), kind, {}, now);
  const auto number = planned.what.number;
  planned.why.push_back(spending_.to_string(user));
  proceed(planned, now);
  if (rules_.mode == Mode::approval)
    return {.found = Found::proposed, .why = waits_for_approval(number), .action = number};
  return {.found = Found::made, .id = action(number)->what.resource, .why = "it is being made"};
}

void ResourceDesk::not_asked(std::string_view id, Moment now) {
  accrue(now.at);
  auto* resource = known(id);
  if (!resource || !resource->asked) return;
  set_asked(*resource, false);
  if (resource->what.step != Step::claimed) return;
  --counts_.hits;
  resource->what.claimed = 0;
  move(*resource, Step::spare);
}

Result<void> ResourceDesk::release(std::string_view id, Moment now) {
  accrue(now.at);
  auto* resource = known(id);
  if (!resource) return fail(ErrorCode::not_found, "no resource '" + std::string(id) + "'");
  if (resource->what.step == Step::removing)
    return fail(ErrorCode::not_found, "resource '" + std::string(id) + "' is being removed already");
  remove(*resource, user_text(resource->what.user) + " gave it back", true, now);
  return {};
}

void ResourceDesk::used(ActorKey user, float share, Moment now) {
  accrue(now.at);
  const auto of = users_.find(user);
  if (of == users_.end() || !(share >= 0)) return;
  DeskResource* only = nullptr;  // whose use it is can be told of one alone
  for (const auto& id : of->second.resources) {
    auto& one = *known(id);
    if (one.what.step != Step::claimed) continue;
    if (only) return;
    only = &one;
  }
  if (!only) return;
  auto& mean = of->second.used;
  mean = of->second.times_used == 0 ? std::min(share, 1.0F) : mean + kNews * (std::min(share, 1.0F) - mean);
  if (++of->second.times_used < kEnough) return;
  if (mean > kTooFull || (mean < kTooEmpty && only->what.need.count > 1)) resize_by_use(of->second, *only, now);
}

void ResourceDesk::resize_by_use(DeskUser& user, DeskResource& resource, Moment now) {
  const bool can = targets_[resource.target].rules.traits.changes && !resource.fixed && !resource.calling &&
                   resource.action == 0 && resource.kind != kNoKind && !resource.before && user.actions.empty();
  if (!can || now.at - std::max(resource.ordered, resource.resized) < rules_.cool_down) return;
  resource.resized = now.at;
  auto need = resource.what.need;
  const float count = std::ceil(static_cast<float>(need.count) * user.used / kGood);
  need.count = std::clamp(static_cast<std::uint32_t>(count), 1U, 2 * resource.what.need.count);
  if (need.count == resource.what.need.count) return;
  Action what{.kind = Action::Kind::change,
              .user = resource.what.user,
              .resource = resource.what.id,
              .target = resource.what.target,
              .need = need,
              .before = resource.what.need,
              .reactive = true,
              .probability = 1,
              .cost_per_hour = part_of(resource.kind, resource.what.user, need, true).cost_per_hour,
              .reason = user_text(resource.what.user) + " uses " + decimal(user.used) + " of " +
                        to_string(resource.what.need) + "; " + to_string(need) + " would be right"};
  if (!targets_[resource.target].rules.refusal(need).empty()) return;
  const auto held = held_back(what, resource.kind, now);
  user.times_used = 0;
  if (auto* planned = plan(std::move(what), resource.kind, held, now)) proceed(*planned, now);
}

}  // namespace harbinger::orchestrate
