// What the desk wants done, done: written down first, then ordered, then told.
#include <algorithm>

#include "provision/engine_core.h"

namespace harbinger::provision {

namespace {

using namespace std::chrono_literals;

constexpr Duration kLookFor = 5s, kStopFor = 30s, kResizeFor = 10s;
constexpr Duration kAgain = 3s;
constexpr std::size_t kOctets = 128;  // of a journal's entry, about
constexpr Duration kEager = 2s;       // for so long a start is watched closely

}  // namespace

void EngineCore::act() {
  while (act_once()) {
  }
  publish();
}

bool EngineCore::act_once() {
  auto acts = desk_.take_acts();
  auto notes = desk_.take_notes();
  if (acts.empty() && notes.empty()) return false;
  write_down(std::move(notes), acts);
  for (const auto& each : acts) carry_out(each);
  return true;
}

std::optional<ProvisionJournal::Entry> EngineCore::entry_of(const Note& note) {
  if (DryRun::is(note.id)) return std::nullopt;
  if (note.kind == Note::Kind::ended) return ProvisionJournal::Entry{.id = note.id, .ended = true};
  const auto* instance = desk_.find(note.id);
  if (!instance || instance->pool == InstanceDesk::kNoPool) return std::nullopt;
  const auto known = journal_->entries().find(note.id);
  return ProvisionJournal::Entry{.id = note.id,
                                 .pool = pool_of(*instance).what.name,
                                 .provider = providers_[instance->provider].name,
                                 .tag = instance->tag,
                                 .had_tag = instance->had_tag,
                                 .size = instance->size,
                                 .ordered = known == journal_->entries().end() ? calendar() : known->second.ordered};
}

// What could not be written is not done.
void EngineCore::write_down(std::vector<Note> notes, std::vector<Act>& acts) {
  std::vector<ProvisionJournal::Entry> entries = std::exchange(to_write_, {});
  for (const auto& each : notes)
    if (auto entry = entry_of(each)) entries.push_back(std::move(*entry));
  if (entries.empty() || write(entries)) return;
  disk_.refused(kOctets * entries.size());
  std::ranges::copy_if(entries, std::back_inserter(to_write_), &ProvisionJournal::Entry::ended);
  std::erase_if(acts, [](const Act& act) { return act.kind == Act::Kind::start && !DryRun::is(act.id); });
  for (const auto& each : notes) desk_.unwritten(each, now());
}

bool EngineCore::write(std::span<const ProvisionJournal::Entry> entries) {
  return disk_.took(journal_->write(entries));
}

void EngineCore::retry_journal() {
  if (!disk_.takes_again([this](std::size_t octets) { return journal_->check(octets); })) return;
  if (journal_->halted() != metrics_.halted) disk_.took(journal_->halt(metrics_.halted));
  if (disk_.is_well() && !to_write_.empty() && write(to_write_)) to_write_.clear();
}

void EngineCore::carry_out(const Act& act) {
  const auto at = now();
  if (DryRun::is(act.id)) {
    if (act.kind == Act::Kind::start) would_order(act);
    return dry_.act(act, providers_[act.provider].traits.usual_start, desk_, at);
  }
  using Kind = ProviderCalls::Kind;
  // `ask` runs on a thread that may wait, `tell` on ours again.
  const auto call = [&](Kind kind, Duration within, auto ask, auto tell) {
    auto* provider = providers_[act.provider].provider;
    hands_.call(kind, act.provider, [=, post = hands_.post, clock = world_.clock, id = act.id](std::stop_token stop) {
      auto outcome = ask(*provider, id, clock->now() + within, stop);
      post([=, outcome = std::move(outcome)](EngineCore& core) { tell(core.desk_, id, outcome, core.now()); });
    });
  };
  switch (act.kind) {
    case Act::Kind::start:
      return order(act);
    case Act::Kind::look:
      return call(
          Kind::look, kLookFor,
          [](Provider& of, const auto& id, auto deadline, const auto&) { return of.look(id, deadline); },
          [](auto& desk, const auto& id, const auto& outcome, auto now) { desk.looked(id, outcome, now); });
    case Act::Kind::usage:
      return call(
          Kind::look, kLookFor,
          [](Provider& of, const auto& id, auto deadline, const auto&) { return of.usage(id, deadline); },
          [](auto& desk, const auto& id, const auto& outcome, auto now) { desk.used(id, outcome, now); });
    case Act::Kind::stop:
      return call(
          Kind::stop, kStopFor,
          [](Provider& of, const auto& id, auto deadline, const auto&) { return of.stop(id, deadline); },
          [](auto& desk, const auto& id, const auto& outcome, auto now) { desk.stopped(id, outcome, now); });
    case Act::Kind::resize:
      return call(
          Kind::look, kResizeFor,
          [size = act.size](Provider& of, const auto& id, auto deadline, const auto&) {
            return of.resize(id, size, deadline);
          },
          [size = act.size](auto& desk, const auto& id, const auto& outcome, auto now) {
            desk.resized(id, size, outcome, now);
          });
  }
}

// The deadline begins when the order gets a thread: time that it waited for one is no fault of the provider.
void EngineCore::order(const Act& act) {
  const auto& what = settings_.pools[act.pool].what;
  auto* provider = providers_[act.provider].provider;
  hands_.call(ProviderCalls::Kind::start, act.provider,
              [=, post = hands_.post, clock = world_.clock, what = &what, id = act.id,
               size = act.size](const std::stop_token& stop) {
                const Order order{.id = id, .what = what, .size = size, .deadline = clock->now() + what->ready_within};
                auto found = provider->start(order, stop);
                post([id, found = std::move(found)](EngineCore& core) { core.desk_.started(id, found, core.now()); });
              });
}

void EngineCore::would_order(const Act& act) {
  const auto& pool = settings_.pools[act.pool].what;
  world_.log.info("would start", "an instance of " + pool.name + " by " + pool.provider + ", but this is a dry run");
}

void EngineCore::moved(const Instance& instance) {
  if (instance.step == Step::failed) world_.log.warning("failed", instance.id + ": " + instance.trouble);
  if (instance.pool == InstanceDesk::kNoPool) {
    if (instance.step == Step::stopping && !instance.ended && !instance.found_again) metrics_.strays.add();
    return;
  }
  if (instance.step == Step::ready && instance.took.count() > 0 && instance.became_ready == instance.since) {
    sizers_[instance.pool].sizer->started(std::chrono::duration_cast<std::chrono::milliseconds>(instance.took));
    metrics_.started(instance.pool, instance.took);
  }
  if (DryRun::is(instance.id)) return;
  if (instance.ended)
    hands_.probes->drop(instance.id);
  else
    watch(instance);
  news_.instances.push_back(state_of(instance));
}

void EngineCore::watch(const Instance& instance) {
  using Pace = InstanceProbes::Pace;
  const bool starts = instance.step == Step::starting && !instance.recovered;
  const bool is_up = instance.step == Step::ready || instance.step == Step::assigned;
  if (instance.pool == InstanceDesk::kNoPool || DryRun::is(instance.id)) return;
  if (!starts && !is_up) return hands_.probes->drop(instance.id);
  if (instance.reach.addresses.empty() || instance.reach.port == 0) return;
  const auto pace = is_up ? Pace::steady : now() - instance.ordered < kEager ? Pace::eager : Pace::patient;
  hands_.probes->watch(instance.id, instance.reach, pool_of(instance).what, pace);
}

// What an engine before us has told stays until what is from before is ready again, or does not come.
bool EngineCore::may_publish() const {
  if (published_ || !runs() || world_.table->size() == 0 || now() - began_ >= kAgain) return true;
  bool waits = false;
  desk_.each([&](const Instance& each) { waits = waits || (each.found_again && each.step == Step::starting); });
  return !waits;
}

// The table is made anew where an answer changed. In a dry run there is nothing to tell.
void EngineCore::publish() {
  for (const auto& each : desk_.take_moved()) moved(each);
  if (!may_publish()) return;
  auto changed = desk_.take_changed();
  if (published_ && (changed.empty() || !runs())) return;
  std::vector<ReadyTable::Entry> entries, fallbacks;
  desk_.each([&](const Instance& instance) {
    if (!runs() || instance.step != Step::assigned || instance.tag == kSharedTag) return;
    entries.push_back(
        {{instance.tag, instance.pool},
         {.addresses = instance.reach.addresses, .port = instance.reach.port, .ttl = pool_of(instance).ttl}});
  });
  for (std::uint16_t i = 0; runs() && i < settings_.pools.size(); ++i)
    if (auto fallback = fallback_of(i)) fallbacks.push_back({{0, i}, std::move(*fallback)});
  world_.table->publish(std::move(entries), std::move(fallbacks));
  published_ = true;
  for (auto& each : changed)
    if (each.tag == kSharedTag) each.tag = 0;
  news_.changed.insert(news_.changed.end(), changed.begin(), changed.end());
}

// The shared instance; without one, the waiting room, for a second: then there may be something better.
std::optional<Assignment> EngineCore::fallback_of(std::uint16_t pool) const {
  const auto& settings = settings_.pools[pool];
  const auto* shared = desk_.find(Wish{kSharedTag, pool});
  if (settings.without == PoolSettings::Without::shared && shared && shared->step == Step::assigned)
    return Assignment{Assignment::Kind::shared, shared->reach.addresses, shared->reach.port, settings.ttl};
  if (settings.waiting_room.empty()) return std::nullopt;
  return Assignment{.kind = Assignment::Kind::waiting, .addresses = settings.waiting_room, .ttl = 1s};
}

}  // namespace harbinger::provision
