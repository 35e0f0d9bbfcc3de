#include "orchestrate/engine_core.h"

#include <algorithm>
#include <cctype>
#include <unordered_set>

#include <harbinger/random.h>

#include "base/calendar.h"
#include "orchestrate/reasons.h"

namespace harbinger::orchestrate {

namespace {

using namespace std::chrono_literals;

constexpr Duration kKeepEvery = 5min, kFirstPause = 5s;
constexpr std::size_t kKindInId = 12, kRandomInId = 16;
constexpr std::size_t kIdleLooks = 500;  // of a round, at users who did nothing: with more of them, each waits longer
constexpr std::size_t kTogether = 64;    // acts that are learnt from at once

std::vector<std::string> names_of(const std::map<std::string, std::unique_ptr<Target>, std::less<>>& targets) {
  std::vector<std::string> names;
  for (const auto& [name, target] : targets) names.push_back(name);
  return names;
}

ResourceDesk::Rules rules_of(const OrchestrationEngine::Settings& settings, const OrchestrationEngine::World& world) {
  ResourceDesk::Rules rules{.mode = settings.mode,
                            .kinds = settings.kinds,
                            .budgets = settings.budgets,
                            .cool_down = settings.cool_down,
                            .unused_after = settings.unused_after,
                            .approval_within = settings.approval_within,
                            .history = settings.history,
                            .reactive = settings.reactive};
  for (const auto& [name, target] : world.targets)
    rules.targets.push_back(
        {name, target->traits(), [of = target.get()](const Need& need) { return of->refusal(need); }});
  return rules;
}

}  // namespace

EngineCore::EngineCore(OrchestrationEngine::Settings settings, OrchestrationEngine::World world,
                       std::unique_ptr<OrchestrationJournal> journal, Hands hands)
    : settings_(std::move(settings)),
      world_(std::move(world)),
      journal_(std::move(journal)),
      hands_(std::move(hands)),
      metrics_(*world_.metrics, names_of(world_.targets)),
      desk_(rules_of(settings_, world_), [this](std::string_view kind) { return new_id(kind); }),
      users_(settings_.users),
      disk_({.metrics = *world_.metrics,
             .prefix = "harbinger_orchestrate",
             .log = world_.log,
             .meanwhile = "nothing new is ordered or given until it can be written",
             .tell = [this](const std::string& trouble) { desk_.journal(trouble); }}) {
  for (const auto& [name, target] : world_.targets)
    targets_.push_back({.name = name, .target = target.get(), .traits = target->traits()});
}

Moment EngineCore::now() const {
  return {world_.clock->now(), world_.calendar ? world_.calendar() : calendar_ms(*world_.clock)};
}

// Unique, and with the kind's name in it for people.
std::string EngineCore::new_id(std::string_view kind) const {
  static constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id(for_real() ? "hb-" : VirtualResources::kPrefix);
  for (const char each : kind.substr(0, kKindInId))
    id += std::isalnum(static_cast<unsigned char>(each)) != 0 ? each : '-';
  id += '-';
  for (auto [left, number] = std::pair(kRandomInId, std::uint64_t{0}); left > 0; --left, number >>= 5) {
    if (left % 8 == 0) number = system_random().next();
    id += kLetters[number & 31];
  }
  return id;
}

std::uint16_t EngineCore::kind_named(std::string_view kind) const {
  const auto found = std::ranges::find(settings_.kinds, kind, &KindSettings::kind);
  if (found == settings_.kinds.end()) return ResourceDesk::kNoKind;
  return static_cast<std::uint16_t>(found - settings_.kinds.begin());
}

// What is asked for is met by what was ready before the act; each act is judged by what was believed before it.
Activity EngineCore::hear(const Activity& act) {
  auto learnt = act;
  const auto at = now();
  if (act.asks && act.outcome == ActivityOutcome::succeeded) {
    const auto answer = desk_.asked(act.actor, *act.asks, false, at);
    if (answer.found == ResourceDesk::Answer::Found::known) learnt.asks = nullptr;
  }
  desk_.used(act.actor, std::max(act.used_cpu, act.used_memory), at);
  users_.heard(act.actor, act.at);
  world_.needs->heard(learnt, world_.attributes->of(act.actor), load_);
  ++acts_;
  metrics_.acts.add();
  return learnt;
}

void EngineCore::learn(std::span<const Activity> acts) {
  if (!acts.empty()) world_.attributes->heard(acts);
}

// Attributes are learnt from several acts at once, though never from two of one user: in between he is what the first made of him.
void EngineCore::heard(const ActBatch& acts, std::size_t from, std::size_t to) {
  std::vector<Activity> together;
  std::unordered_set<ActorKey> whose;
  for (std::size_t i = from; i < to; ++i) {
    const auto act = acts[i];
    if (act.actor == 0) continue;
    if (together.size() == kTogether || whose.contains(act.actor)) {
      learn(together);
      together.clear();
      whose.clear();
    }
    whose.insert(act.actor);
    together.push_back(hear(act));
  }
  learn(together);
}

std::vector<std::string> EngineCore::explain(ActorKey user, const UserAttributes& who, UnixMillis date) const {
  auto lines = spoken(who);
  for (auto& each : world_.needs->explain(user, who, load_, date)) lines.push_back(std::move(each));
  if (const auto dear = scarcity(load_); dear > 1)
    lines.push_back("the system is loaded: what is idle counts " + decimal(dear) + " times");
  return lines;
}

bool EngineCore::look(std::size_t most) {
  if (settings_.mode == Mode::off) {  // only learns
    (void)users_.take_due(most, idle_looks_, now().at);
    return false;
  }
  const auto due = users_.take_due(most, idle_looks_, now().at);
  for (const auto& [user, acted] : due) {
    const auto at = now();
    const auto who = world_.attributes->of(user);
    const auto outlook = world_.needs->outlook(user, who, load_, at.date);
    std::vector<std::string> lines;  // the same for all that is planned now
    const auto why = [&, id = user] {
      if (lines.empty()) lines = explain(id, who, at.date);
      return lines;
    };
    desk_.foreseen(user, {.outlook = outlook, .load = load_, .acted = acted, .explain = why}, at);
    const bool often = desk_.busy(user);
    users_.look_again(user, often, often ? settings_.round : kFirstPause, at.at);
  }
  return due.size() == most;
}

// As it is now; nothing when it came to nothing or is over.
std::optional<OrchestrationEngine::Claim> EngineCore::claimed_before(const ClaimMemory::Claimed& before) const {
  auto id = before.resource;
  if (const auto* planned = id.empty() ? desk_.action(before.action) : nullptr) {
    if (planned->what.state == Action::State::proposed)
      return OrchestrationEngine::Claim{.why = waits_for_approval(before.action)};
    id = planned->what.resource;
  }
  const auto* resource = desk_.find(id);
  if (!resource || resource->what.step == Resource::Step::removing) return std::nullopt;
  const bool there = resource->what.step == Resource::Step::claimed;
  return OrchestrationEngine::Claim{.id = std::move(id),
                                    .was_ready = before.was_ready,
                                    .reach = resource->what.reach,
                                    .why = there ? "" : "it is being made"};
}

Result<OrchestrationEngine::Claim> EngineCore::claim(ActorKey user, const Need& need, std::string_view request) {
  using Found = ResourceDesk::Answer::Found;
  if (user == 0) return fail(ErrorCode::malformed, "a claim needs a user, and 0 is nobody");
  if (need.count == 0) return fail(ErrorCode::malformed, "a claim of 0 parts is none; 1 or more would be right");
  const auto at = now();
  if (const auto* before = claims_.find(user, request, at.at)) {
    if (before->need != need) return fail(ErrorCode::conflict, "a claim with this request id asked for something else");
    if (auto claim = claimed_before(*before)) return std::move(*claim);
  }
  auto answer = desk_.asked(user, need, true, at);
  if (answer.found == Found::unknown) return fail(ErrorCode::unknown, answer.why);
  const Activity act{.actor = user,
                     .at = at.date,
                     .verb = "claim",
                     .kind = need.kind,
                     .source = "claim",
                     .scope = {},
                     .changes = true,
                     .asks = &need};
  world_.needs->heard(act, world_.attributes->of(user), load_);
  learn(std::span(&act, 1));
  users_.heard(user, at.date);
  this->act();
  if (settings_.mode == Mode::off) return fail(ErrorCode::denied, answer.why);
  if (!for_real())
    return fail(ErrorCode::denied, answer.found == Found::ready ? "this is a dry run; one would have been ready"
                                                                : "this is a dry run, and none would have been ready");
  if (answer.found == Found::nothing) return fail(ErrorCode::denied, answer.why);
  if (!disk_.is_well() && !answer.id.empty()) {  // nobody is given what would be forgotten
    desk_.not_asked(answer.id, at);
    return fail(ErrorCode::denied, "it cannot be written down: " + disk_.trouble());
  }
  claims_.remember(user, request, {need, answer.id, answer.action, answer.found == Found::ready}, at.at);
  OrchestrationEngine::Claim claim{
      .id = answer.id, .was_ready = answer.found == Found::ready, .reach = {}, .why = answer.why};
  if (const auto* resource = desk_.find(answer.id)) claim.reach = resource->what.reach;
  return claim;
}

Result<void> EngineCore::release(std::string_view resource) {
  auto released = desk_.release(resource, now());
  act();
  return released;
}

Result<void> EngineCore::approve(std::uint64_t action, bool yes) {
  auto approved = desk_.approve(action, yes, now());
  act();
  return approved;
}

std::size_t EngineCore::approve_all() {
  const auto count = desk_.approve_all(now());
  act();
  return count;
}

// Holds at once; on the disk as soon as that takes it.
void EngineCore::halt(bool halted) {
  desk_.halt(halted);
  world_.log.info("halt", halted ? "nothing more is made ahead, by order" : "goes on");
  disk_.took(journal_->halt(halted));
}

Result<void> EngineCore::label(ActorKey user, Attribute attribute, std::optional<std::uint8_t> value) {
  if (!value) return world_.attributes->unlabel(user, attribute);
  return world_.attributes->label(user, attribute, *value);
}

void EngineCore::round() {
  const auto at = now();
  load_ = system_load();
  idle_looks_ = kIdleLooks;
  ask_targets(at.at);
  retry_journal();
  desk_.tick(at);
  act();
  metrics_.desk(desk_);
  metrics_.users = users_.size();
  if (at.at - kept_ < kKeepEvery) return;
  kept_ = at.at;
  keep_learnt();
}

void EngineCore::remember() {
  kept_ = now().at;
  if (world_.state.empty()) return;
  store_.emplace(world_.state / "learnt", world_.secret, "what was learnt of users");
  const auto learnt = store_->read();
  if (!learnt) return world_.log.warning("learnt", learnt.error().to_string());
  const auto load = [&](const char* name, auto& model) {
    const auto known = learnt->find(name);
    if (known == learnt->end()) return;
    if (const auto loaded = model.load(known->second); !loaded)
      world_.log.warning("learnt", std::string(name) + " begin anew: " + loaded.error().message);
  };
  load("attributes", *world_.attributes);
  load("needs", *world_.needs);
}

void EngineCore::keep_learnt() {
  if (!store_) return;
  const auto written = store_->write({{"attributes", world_.attributes->save()}, {"needs", world_.needs->save()}});
  if (!written) world_.log.warning("learnt", written.error().to_string());
}

void EngineCore::farewell() {
  act();
  keep_learnt();
}

}  // namespace harbinger::orchestrate
