// What there is from before, and what targets say there is.
#include <algorithm>
#include <unordered_map>

#include "orchestrate/reasons.h"
#include "orchestrate/resource_desk.h"

namespace harbinger::orchestrate {

namespace {

constexpr UnixMillis kHour = 3'600'000;

}  // namespace

void ResourceDesk::recover(const Recovered& what, Moment now) {
  if (known(what.id)) return;
  // Its order counts among those of this hour.
  if (const auto age = now.date - what.ordered; age >= 0 && age < kHour)
    spending_.ordered(what.user, now.at - std::chrono::milliseconds(age));
  auto& resource = add(what.id, what.kind, what.target, what.user, what.need, what.asked, now);
  resource.recovered = resource.was_ready = true;
  resource.what.ordered = what.ordered;
  if (what.claimed) resource.what.claimed = what.ordered;
  resource.for_good = what.removing;
  move(resource, Step::starting);
}

// It goes on as what it was; only what nobody has is not kept where nothing would come of it.
void ResourceDesk::found_again(DeskResource& resource, const Made& made, Moment now) {
  resource.recovered = false;
  resource.ordered = now.at;
  const bool kept = resource.asked || (acts_for_real() && resource.kind != kNoKind);
  if (resource.for_good) return remove(resource, "its removal was under way when we ended", false, now);
  if (!kept) return remove(resource, "it was made ahead before, and is not made any more", true, now);
  resource.deadline = now.at + (resource.kind == kNoKind ? Duration(0) : settings_of(resource.kind).ready_within);
  if (resource.what.claimed != 0) move(resource, Step::claimed);
  took(resource, made, false, now);
}

// What was ordered before we ended and is not there: an order that somebody waits for is given again, by the same id. All else is taken away, whatever may be left of
// it, before it is over.
void ResourceDesk::lost(DeskResource& resource, Moment now) {
  resource.recovered = false;
  resource.ordered = now.at;
  const bool waited_for = resource.asked && resource.what.claimed == 0 && !resource.for_good;
  if (!waited_for || !acts_for_real() || resource.kind == kNoKind)
    return remove(resource, "it was not there when we came again", false, now);
  const auto within = settings_of(resource.kind).ready_within;
  resource.deadline = now.at + within;
  call(resource, DeskAct::Kind::make, within, now);
}

void ResourceDesk::not_listed(DeskResource& resource, MonotonicTime asked, Moment now) {
  if (resource.recovered) return lost(resource, now);
  // What happened to it meanwhile may be news to the list. A look decides: lists of some targets lag behind.
  const bool sure = !resource.calling && resource.called < asked && resource.ordered < asked;
  if (!sure || resource.what.step == Step::removing || resource.what.step == Step::ordered) return;
  resource.what.trouble = "its target does not list it";
  resource.look_at = now.at;
}

// Ours by its mark, but nobody knows what for.
void ResourceDesk::stray(std::uint16_t target, const Made& made, Moment now) {
  ++counts_.strays;
  auto need = made.need;
  need.count = 0;
  auto& resource = add(made.id, kNoKind, target, 0, need, true, now);
  resource.what.trouble = "it was made by nobody who is known";
  remove(resource, "it was made by nobody who is known", false, now);
}

void ResourceDesk::listed(std::uint16_t target, const std::vector<Made>& there, MonotonicTime asked, Moment now) {
  accrue(now.at);
  std::unordered_map<std::string_view, const Made*> by_id;
  for (const auto& each : there) by_id.emplace(each.id, &each);
  std::vector<std::string> ids;
  for (const auto& [id, resource] : resources_)
    if (resource.target == target && !resource.is_virtual) ids.push_back(id);
  for (const auto& id : ids) {
    auto& resource = *known(id);
    const auto at = by_id.find(id);
    const bool is_there = at != by_id.end() && at->second->condition != Made::Condition::gone;
    if (!is_there)
      not_listed(resource, asked, now);
    else if (resource.recovered)
      found_again(resource, *at->second, now);
  }
  for (const auto& [id, each] : by_id)
    if (!known(id)) stray(target, *each, now);
}

void ResourceDesk::unwritten(const DeskNote& note, Moment now) {
  auto* resource = known(note.id);
  if (!resource) return;
  if (note.kind == DeskNote::Kind::ordered) {
    // It was never ordered: nothing of it is anywhere.
    resource->calling = false;
    spending_.not_ordered(resource->what.user);
    over(std::exchange(resource->action, 0), Action::State::failed, "it could not be written down", now);
    resource->what.trouble = "it is gone";
    erase(*resource);
  } else if (note.kind == DeskNote::Kind::changed) {
    // Calls that came with the note were not made either, but for removals.
    const bool dropped = resource->calling && resource->call != DeskAct::Kind::remove;
    if (dropped) resource->calling = false;
    if (dropped) resource->look_at = now.at;
    if (!resource->before) return;
    not_changed(*resource, "it could not be written down", now);
    resource->fixed = false;
  }
}

}  // namespace harbinger::orchestrate
