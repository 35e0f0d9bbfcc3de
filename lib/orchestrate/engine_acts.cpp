// What the desk wants done, done: written down first, then ordered, then told.
#include <algorithm>

#include "orchestrate/engine_core.h"

namespace harbinger::orchestrate {

namespace {

constexpr std::size_t kOctets = 192;      // of a journal's entry, about
constexpr std::uint64_t kNumbers = 1024;  // of actions, spent at once

}  // namespace

void EngineCore::act() {
  spend_numbers();
  while (act_once()) {
  }
  publish();
}

// Numbers are written down before they are used up, so that none is given twice, whatever happens.
void EngineCore::spend_numbers() {
  if (!disk_.is_well() || desk_.next_number() + kNumbers / 2 < journal_->numbers_spent()) return;
  disk_.took(journal_->spend_numbers(desk_.next_number() + kNumbers));
}

bool EngineCore::act_once() {
  auto acts = desk_.take_acts();
  auto notes = desk_.take_notes();
  if (acts.empty() && notes.empty()) return false;
  write_down(std::move(notes), acts);
  for (const auto& each : acts) carry_out(each);
  return true;
}

std::optional<OrchestrationJournal::Entry> EngineCore::entry_of(const DeskNote& note) const {
  const auto known = journal_->entries().find(note.id);
  const bool is_known = known != journal_->entries().end();
  if (note.id.starts_with(VirtualResources::kPrefix)) return std::nullopt;
  if (note.kind == DeskNote::Kind::ended && !is_known) return std::nullopt;
  if (note.kind == DeskNote::Kind::ended) return OrchestrationJournal::Entry{.id = note.id, .ended = true};
  const auto* resource = desk_.find(note.id);
  if (!resource || (resource->kind == ResourceDesk::kNoKind && !is_known)) return std::nullopt;
  const auto* action = desk_.action(resource->action);
  const auto& what = resource->what;
  const bool orders = note.kind == DeskNote::Kind::ordered;
  return OrchestrationJournal::Entry{
      .id = note.id,
      .target = what.target,
      .need = what.need,
      .user = what.user,
      .asked = resource->asked,
      .claimed = what.claimed != 0,
      .removing = what.step == Resource::Step::removing,
      .approved = orders ? action && action->approved : is_known && known->second.approved,
      .action = is_known ? known->second.action : resource->action,
      .ordered = what.ordered};
}

// What could not be written is not done; that something is over, or is somebody's, is written later.
void EngineCore::write_down(std::vector<DeskNote> notes, std::vector<DeskAct>& acts) {
  auto entries = std::exchange(to_write_, {});
  for (const auto& each : notes)
    if (auto entry = entry_of(each)) entries.push_back(std::move(*entry));
  if (entries.empty() || write(entries)) return;
  disk_.refused(kOctets * entries.size());
  using Kind = DeskNote::Kind;
  const auto is_intent = [](const DeskNote& note) { return note.kind == Kind::ordered || note.kind == Kind::changed; };
  for (auto& each : entries) {
    const bool intends =
        std::ranges::any_of(notes, [&](const auto& note) { return note.id == each.id && is_intent(note); });
    if (each.ended || !intends) to_write_.push_back(std::move(each));
  }
  std::erase_if(acts, [&](const DeskAct& act) {
    return !act.is_virtual && std::ranges::any_of(notes, [&](const DeskNote& note) {
      return note.id == act.id && is_intent(note) && act.kind != DeskAct::Kind::remove;
    });
  });
  for (const auto& each : notes)
    if (!each.id.starts_with(VirtualResources::kPrefix)) desk_.unwritten(each, now());
}

bool EngineCore::write(std::span<const OrchestrationJournal::Entry> entries) {
  return disk_.took(journal_->write(entries));
}

void EngineCore::retry_journal() {
  if (!disk_.takes_again([this](std::size_t octets) { return journal_->check(octets); })) return;
  if (journal_->halted() != desk_.halted()) disk_.took(journal_->halt(desk_.halted()));
  if (disk_.is_well() && !to_write_.empty() && write(to_write_)) to_write_.clear();
}

TargetOrder EngineCore::order_of(const DeskAct& act) const {
  TargetOrder order{.id = act.id, .need = act.need};
  if (act.kind_number != ResourceDesk::kNoKind) order.settings = settings_.kinds[act.kind_number].settings;
  return order;
}

void EngineCore::carry_out(const DeskAct& act) {
  if (act.is_virtual) return virtual_.act(act, targets_[act.target].traits.usual_start, desk_, now());
  using Kind = DeskAct::Kind;
  using Of = Calls::Kind;
  // `ask` runs on a thread that may wait, `tell` on ours again. The deadline begins when the call gets a thread.
  const auto call = [&](Of kind, auto ask, auto tell) {
    auto* target = targets_[act.target].target;
    hands_.call(
        kind, act.target,
        [=, post = hands_.post, clock = world_.clock, id = act.id, within = act.within](std::stop_token stop) {
          post([id](EngineCore& core) { core.desk_.begun(id, core.now()); });
          auto outcome = ask(*target, id, clock->now() + within, stop);
          post([=, outcome = std::move(outcome)](EngineCore& core) { (core.desk_.*tell)(id, outcome, core.now()); });
        });
  };
  const auto by_order = [order = order_of(act)](auto does) {
    return [=](Target& of, const auto&, auto deadline, const auto& stop) {
      auto in_time = order;
      in_time.deadline = deadline;
      return (of.*does)(in_time, stop);
    };
  };
  switch (act.kind) {
    case Kind::make:
      return call(Of::start, by_order(&Target::make), &ResourceDesk::made);
    case Kind::change:
      return call(Of::start, by_order(&Target::change), &ResourceDesk::changed);
    case Kind::look:
      return call(
          Of::look, [](Target& of, const auto& id, auto deadline, const auto&) { return of.look(id, deadline); },
          &ResourceDesk::looked);
    case Kind::remove:
      return call(
          Of::stop, [](Target& of, const auto& id, auto deadline, const auto&) { return of.remove(id, deadline); },
          &ResourceDesk::removed);
  }
}

void EngineCore::publish() {
  for (auto& each : desk_.take_changed()) {
    metrics_.action(each);
    if (each.state == Action::State::failed)
      world_.log.warning("failed",
                         std::string(to_string(each.kind)) + " " + to_string(each.need) + ": " + each.trouble);
    news_.actions.push_back(std::move(each));
  }
  for (auto& each : desk_.take_moved()) news_.resources.push_back(std::move(each));
}

}  // namespace harbinger::orchestrate
