// What time alone changes.
#include <algorithm>

#include "orchestrate/reasons.h"
#include "orchestrate/resource_desk.h"

namespace harbinger::orchestrate {

namespace {

constexpr Duration kTidyEvery = std::chrono::minutes(1);

}  // namespace

void ResourceDesk::tick(Moment now) {
  accrue(now.at);
  expire(now);
  std::vector<std::string> ids;
  for (const auto& [id, resource] : resources_) ids.push_back(id);
  for (const auto& id : ids)
    if (auto* resource = known(id)) tend(*resource, now);
  if (now.at - tidied_ < kTidyEvery) return;
  tidied_ = now.at;
  spending_.tidy(now.at);
  for (auto each = users_.begin(); each != users_.end();)
    each = each->second.tidy(now.at) ? users_.erase(each) : std::next(each);
}

void ResourceDesk::tend(DeskResource& resource, Moment now) {
  if (resource.calling) return tend_hanging(resource, now);
  if (resource.recovered) return;  // a list will tell
  auto& target = targets_[resource.target];
  switch (resource.what.step) {
    case Step::ordered:
    case Step::starting:
      return tend_coming(resource, now);
    case Step::removing:
      if (now.at >= resource.again) call_remove(resource, now);
      return;
    case Step::spare:
      if (now.at - resource.ready >= rules_.unused_after)
        return give_up(resource, false,
                       user_text(resource.what.user) + " did not ask for it within " + spoken(rules_.unused_after),
                       now);
      break;
    case Step::claimed:
      break;
  }
  if (!resource.steady && resource.was_ready && now.at - resource.ready >= target.circuit.steady_after()) {
    resource.steady = true;
    target.circuit.steady();
  }
  if (resource.before && now.at >= resource.deadline) return not_changed(resource, "it took too long", now);
  if (resource.before && now.at >= resource.again)
    return call(resource, DeskAct::Kind::change, resource.deadline - now.at, now);
  if (now.at < resource.look_at) return;
  resource.look_at = now.at + rules_.limits.look_after;
  call(resource, DeskAct::Kind::look, rules_.limits.look_for, now);
}

void ResourceDesk::tend_coming(DeskResource& resource, Moment now) {
  if (now.at >= resource.deadline) {
    const auto within = spoken(resource.deadline - resource.ordered);
    const auto& trouble = resource.what.trouble;
    return failed(resource, provision::StartCircuit::Failure::start,
                  "it was not ready within " + within + (trouble.empty() ? "" : ": " + trouble), now);
  }
  if (resource.before && now.at >= resource.again)
    return call(resource, DeskAct::Kind::change, resource.deadline - now.at, now);
  // Half of it is there: the same order again, for what is missing, in pauses that double.
  if (resource.unsure && resource.what.step == Step::starting && now.at >= resource.again) {
    resource.pause = std::clamp(2 * resource.pause, rules_.limits.first_pause, rules_.limits.longest_pause);
    resource.again = now.at + resource.pause;
    return call(resource, DeskAct::Kind::make, resource.deadline - now.at, now);
  }
  if (now.at < resource.look_at) return;
  const auto age = now.at - resource.ordered;
  resource.look_at = now.at + std::clamp(age / 4, rules_.limits.first_look, rules_.limits.look_every);
  call(resource, DeskAct::Kind::look, rules_.limits.look_for, now);
}

// Nobody else may call for it until the target comes back: what it does could come twice.
void ResourceDesk::tend_hanging(DeskResource& resource, Moment now) {
  if (resource.hangs || !resource.begun || now.at < resource.called + resource.within + rules_.limits.grace) return;
  resource.hangs = true;
  ++counts_.hangs;
  auto& target = targets_[resource.target];
  ++target.hanging;
  resource.what.trouble = "its target does not come back from a call";
  target.circuit.failed(provision::StartCircuit::Failure::start, resource.called, resource.what.trouble, now.at);
  moved_.push_back(resource.what);
}

std::string ResourceDesk::target_trouble(std::uint16_t target) const {
  const auto& of = targets_[target];
  if (!of.trouble.empty()) return of.trouble;
  if (of.hanging > 0) return "it does not come back from " + std::to_string(of.hanging) + " calls";
  return of.circuit.trouble();
}

std::vector<Resource> ResourceDesk::resources_of(ActorKey user) const {
  std::vector<Resource> all;
  const auto known = users_.find(user);
  if (known == users_.end()) return all;
  for (const auto& id : known->second.resources) all.push_back(find(id)->what);
  return all;
}

}  // namespace harbinger::orchestrate
