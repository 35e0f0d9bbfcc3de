// What targets say of themselves and of what they have, what there is from before, and what others are told.
#include <algorithm>

#include "orchestrate/engine_core.h"
#include "orchestrate/reasons.h"

namespace harbinger::orchestrate {

void EngineCore::recover() {
  const auto at = now();
  remember();
  load_ = system_load();
  desk_.number_from(std::max<std::uint64_t>(journal_->numbers_spent(), 1));
  std::vector<const OrchestrationJournal::Entry*> entries;
  for (const auto& [id, entry] : journal_->entries()) entries.push_back(&entry);
  std::ranges::sort(entries, {}, [](const auto* each) { return each->ordered; });
  std::size_t homeless = 0;
  for (const auto* entry : entries) {
    const auto target = std::ranges::find(targets_, entry->target, &TargetWatch::name);
    if (target == targets_.end()) {
      ++homeless;
      continue;
    }
    if (entry->user != 0) users_.expect(entry->user);
    const auto kind = kind_named(entry->need.kind);
    const bool same = kind != ResourceDesk::kNoKind && settings_.kinds[kind].target == entry->target;
    desk_.recover({.id = entry->id,
                   .kind = same ? kind : ResourceDesk::kNoKind,
                   .target = static_cast<std::uint16_t>(target - targets_.begin()),
                   .user = entry->user,
                   .need = entry->need,
                   .asked = entry->asked,
                   .claimed = entry->claimed,
                   .removing = entry->removing,
                   .ordered = entry->ordered},
                  at);
  }
  if (homeless > 0)
    world_.log.warning("recover", std::to_string(homeless) +
                                      " resources from before belong to targets that are not configured any more, and "
                                      "are not looked after");
  desk_.halt(journal_->halted());
  ask_targets(at.at);
  act();
}

void EngineCore::ask_targets(MonotonicTime now) {
  for (std::uint16_t i = 0; i < targets_.size(); ++i)
    if (targets_[i].rhythm.due(now)) ask(i, now);
}

// Whether it can work, and now and then what it has.
void EngineCore::ask(std::uint16_t number, MonotonicTime now) {
  auto& watch = targets_[number];
  const bool lists = watch.rhythm.ask(now);
  hands_.call(Calls::Kind::look, number,
              [=, target = watch.target, post = hands_.post, clock = world_.clock](const std::stop_token&) {
                Told told{.trouble = target->trouble()};
                told.asked = clock->now();
                if (lists && told.trouble.empty())
                  told.there = target->list(told.asked + provision::AskRhythm::kListFor);
                post([number, told = std::move(told)](EngineCore& core) { core.told(number, told); });
              });
}

void EngineCore::told(std::uint16_t number, const Told& told) {
  auto& watch = targets_[number];
  const bool listed = told.there && told.there->has_value();
  auto why = told.trouble;
  if (told.there && !listed) why = "cannot tell what it has: " + told.there->error().message;
  if (why != desk_.target_trouble(number) && !why.empty()) world_.log.warning("target", watch.name + ": " + why);
  desk_.target(number, why);
  const auto at = now();
  watch.rhythm.answered(why.empty(), listed, at.at);
  if (listed) desk_.listed(number, **told.there, told.asked, at);
}

Result<OrchestrationEngine::UserState> EngineCore::user(ActorKey user) const {
  const auto* known = users_.find(user);
  auto resources = desk_.resources_of(user);
  if (!known && resources.empty()) return fail(ErrorCode::not_found, "nothing was heard of " + user_text(user));
  const auto who = world_.attributes->of(user);
  OrchestrationEngine::UserState state{.user = user,
                                       .attributes = who,
                                       .outlook = world_.needs->outlook(user, who, load_, now().date),
                                       .resources = std::move(resources)};
  if (known) {
    state.acts = known->acts;
    state.last_act = known->last_act;
  }
  return state;
}

std::vector<Resource> EngineCore::resources() const {
  std::vector<Resource> all;
  desk_.each([&](const DeskResource& each) { all.push_back(each.what); });
  return all;
}

Result<std::vector<std::string>> EngineCore::why(std::uint64_t action) const {
  const auto* planned = desk_.action(action);
  if (!planned) return fail(ErrorCode::not_found, "no action " + std::to_string(action) + " that is remembered");
  std::vector<std::string> lines{planned->what.reason};
  lines.insert(lines.end(), planned->why.begin(), planned->why.end());
  const auto state = std::string(to_string(planned->what.state));
  lines.push_back("it is " + state + (planned->what.trouble.empty() ? "" : ": " + planned->what.trouble));
  return lines;
}

OrchestrationEngine::State EngineCore::state() const {
  const auto& counts = desk_.counts();
  OrchestrationEngine::State state{.mode = settings_.mode,
                                   .halted = desk_.halted(),
                                   .users = users_.size(),
                                   .acts = acts_,
                                   .shed = metrics_.shed,
                                   .hits = counts.hits,
                                   .misses = counts.misses,
                                   .wasted = counts.wasted,
                                   .made = counts.made,
                                   .failed = counts.failed,
                                   .rolled_back = counts.rolled_back,
                                   .lead_s = counts.hits == 0 ? 0 : counts.lead_s / static_cast<double>(counts.hits),
                                   .idle_s = counts.idle_s,
                                   .cost = counts.cost,
                                   .attributes = world_.attributes->counts(),
                                   .needs = world_.needs->counts()};
  for (std::uint16_t i = 0; i < targets_.size(); ++i)
    if (auto why = desk_.target_trouble(i); !why.empty()) state.troubles[targets_[i].name] = std::move(why);
  if (!disk_.is_well()) state.troubles["journal"] = disk_.trouble();
  return state;
}

}  // namespace harbinger::orchestrate
