#include "plugins/file/dynamic_zone.h"

#include <algorithm>
#include <map>

#include "base/calendar.h"
#include "plugins/file/transfer_content.h"
#include "plugins/file/zone_walk.h"

namespace harbinger::file {

namespace {

constexpr std::size_t kMostTogether = 256;
constexpr std::uint64_t kLargeJournal = 4 << 20;

struct Registry {
  std::mutex lock;
  std::map<std::pair<std::filesystem::path, Name>, std::weak_ptr<DynamicZone>> known;
};
Registry& registry() {
  static Registry only;
  return only;
}

}  // namespace

Result<std::shared_ptr<DynamicZone>> DynamicZone::shared(const Settings& settings, const PluginContext& context) {
  auto& all = registry();
  const std::lock_guard guard(all.lock);
  auto& known = all.known[{settings.folder, settings.apex}];
  if (auto alive = known.lock()) {
    if (alive->settings_.master == settings.master) return alive;
    return fail(ErrorCode::conflict,
                "zone " + settings.apex.to_string() +
                    " is changed by clients, and another master file takes its place at the next start only");
  }
  const std::shared_ptr<DynamicZone> made(new DynamicZone(settings, context));
  if (auto opened = made->open(context); !opened) return fail(opened.error());
  known = made;
  return made;
}

DynamicZone::DynamicZone(Settings settings, const PluginContext& context)
    : settings_(std::move(settings)), clock_(*context.clock), log_(context.log) {
  served_ = std::make_unique<ServedZone>(settings_.apex, settings_.master, settings_.history_octets);
}

// Whoever still waits is told; what is not on the disk is not done.
DynamicZone::~DynamicZone() {
  writer_.reset();
  for (const Waiting& each : waiting_) each.done({Rcode::SERVFAIL, "the server is going down"});
}

Result<void> DynamicZone::open(const PluginContext& context) {
  if (auto started = served_->start(context); !started) return started;
  const Zone& zone = *served_->newest();
  if (zone.has_nsec() || zone.has_nsec3() || zone.set(zone.apex_node(), RRType::DNSKEY))
    return fail(ErrorCode::unsupported, "zone " + settings_.apex.to_string() +
                                            " is signed, and nothing is signed here: it cannot be changed by UPDATE");
  if (context.checking) return {};
  ZoneJournal::Past past;
  auto journal = ZoneJournal::open(settings_.folder, settings_.apex, zone.soa().serial, past);
  if (!journal) return fail(journal.error());
  journal_ = std::move(*journal);
  if (past.cut_off > 0)
    log_.warning(
        "journal",
        journal_->path().string() + ": the last " + std::to_string(past.cut_off) +
            " octets were not written to their end before a crash; that change was never acknowledged, and is dropped");
  if (auto made = make_again(past); !made) return made;
  const auto counter = [&](const char* result) {
    return context.metrics->counter("harbinger_file_updates_total", "Changes of a zone that clients asked for.",
                                    {{"zone", settings_.apex.to_string()}, {"result", result}});
  };
  changes_made_ = counter("made");
  changes_refused_ = counter("refused");
  changes_failed_ = counter("failed");
  next_lease_ = leases_.next().value_or(0);
  writer_ = std::make_unique<Repeater>([this] { return pause(); }, [this] { work(); });
  return {};
}

Result<void> DynamicZone::make_again(const ZoneJournal::Past& past) {
  master_serial_ = served_->newest()->soa().serial;
  changed_ = past.whole || !past.steps.empty();
  if (!changed_) return {};
  if (past.master_serial != master_serial_)
    return fail(ErrorCode::conflict,
                settings_.master.string() + " has serial " + std::to_string(master_serial_) + ", and the changes in " +
                    journal_->path().string() + " were made to serial " + std::to_string(past.master_serial) +
                    ": undo the edit and send it as UPDATE, or move the journal away, which loses these changes");
  std::string why;
  std::shared_ptr<const Zone> zone = served_->newest();
  if (past.whole) zone = zone_of(settings_.apex, *past.whole, why);
  for (std::size_t i = 0; zone && i < past.steps.size(); ++i) {
    const auto& step = past.steps[i];
    for (const Lease& lease : step.leases)
      leases_.set(lease.record, lease.until > 0 ? std::optional(lease.until) : std::nullopt);
    if (!step.delta) continue;
    zone = replay(*zone, *step.delta, why);
    if (zone) served_->take_step(zone, step.delta);
  }
  if (!zone) return fail(ErrorCode::malformed, journal_->path().string() + ": " + why);
  if (zone != served_->newest()) served_->take_step(zone, nullptr);
  log_.info("journal", "zone " + settings_.apex.to_string() + ": serial " + std::to_string(zone->soa().serial) +
                           " with " + std::to_string(past.steps.size()) + " changes of before");
  return {};
}

void DynamicZone::change(UpdateMessage update, Done done) {
  {
    const std::lock_guard guard(lock_);
    if (waiting_.size() < settings_.most_waiting) {
      waiting_.push_back({std::move(update), std::move(done)});
      writer_->wake();
      return;
    }
  }
  changes_failed_.add();
  done({Rcode::SERVFAIL, "too many changes wait"});
}

void DynamicZone::look_at_master() {
  master_changed_ = true;
  if (writer_) writer_->wake();
}

Duration DynamicZone::pause() const {
  const auto next = next_lease_.load();
  if (next == 0) return Duration(-1);
  return std::chrono::milliseconds(std::clamp<UnixMillis>(next - calendar(), 1, 60'000));
}

UnixMillis DynamicZone::calendar() const { return calendar_ms(clock_); }

DynamicZone::Batch DynamicZone::take() {
  const std::lock_guard guard(lock_);
  Batch batch;
  while (!waiting_.empty() && batch.size() < kMostTogether) {
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batch;
}

void DynamicZone::work() {
  if (master_changed_.exchange(false)) {
    if (!changed_ && served_->reload_if_changed()) {
      master_serial_ = served_->newest()->soa().serial;
      if (auto begun = journal_->rewrite({}, {}, master_serial_); !begun) log_.error("journal", begun.error().message);
    }
  }
  end_leases();
  for (auto batch = take(); !batch.empty(); batch = take()) make(std::move(batch));
  next_lease_ = leases_.next().value_or(0);
}

void DynamicZone::end_leases() {
  const auto over = leases_.over(calendar());
  if (over.empty()) return;
  ZoneEdit edit(*served_->newest());
  Leases leases = leases_;
  std::vector<Lease> changed;
  for (const Record& record : over) edit.remove(record);
  for (const Record& record : over) {
    leases.forget(record);
    changed.push_back({record, 0});
  }
  if (auto ended = commit(edit, std::move(leases), std::move(changed)); !ended)
    log_.error("leases",
               "zone " + settings_.apex.to_string() + ": records whose lease is over stay: " + ended.error().message);
}

// All at once, and where that is no zone, each by itself: then it is known who is to blame.
void DynamicZone::make(Batch batch) {
  std::vector<Answer> answers(batch.size());
  if (!make_together(batch, answers)) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      std::vector<Answer> one(1);
      make_together(std::span(batch).subspan(i, 1), one);
      answers[i] = std::move(one[0]);
    }
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto& counter = answers[i].rcode == Rcode::NOERROR    ? changes_made_
                          : answers[i].rcode == Rcode::SERVFAIL ? changes_failed_
                                                                : changes_refused_;
    counter.add();
    batch[i].done(answers[i]);
  }
  rewrite_if_large();
}

bool DynamicZone::make_together(std::span<Waiting> batch, std::vector<Answer>& answers) {
  ZoneEdit edit(*served_->newest());
  Leases leases = leases_;
  std::vector<Lease> changed;
  for (std::size_t i = 0; i < batch.size(); ++i) answers[i] = apply(edit, batch[i].update, leases, changed);
  forget_gone(edit, leases, changed);
  const auto done = commit(edit, std::move(leases), std::move(changed));
  if (done) return true;
  if (done.error().code == ErrorCode::malformed && batch.size() > 1) return false;
  for (Answer& answer : answers)
    if (answer.rcode == Rcode::NOERROR)
      answer = {done.error().code == ErrorCode::malformed ? Rcode::REFUSED : Rcode::SERVFAIL, done.error().message};
  return true;
}

DynamicZone::Answer DynamicZone::apply(ZoneEdit& edit, const UpdateMessage& update, Leases& leases,
                                       std::vector<Lease>& changed) const {
  const auto outcome = edit.apply(update);
  if (outcome.rcode != Rcode::NOERROR) return {outcome.rcode, outcome.why};
  Answer answer;
  std::optional<UnixMillis> until;
  if (update.lease) {
    const auto granted = std::clamp(update.lease->lease, settings_.shortest_lease, settings_.longest_lease);
    answer.lease = UpdateLease{.lease = granted};
    until = calendar() + granted.count() * 1000;
  }
  for (const Change& change : update.changes) {
    if (change.kind != Change::Kind::add || !edit.has(change.record)) continue;
    if (!until && !leases.has(change.record)) continue;
    leases.set(change.record, until);
    changed.push_back({change.record, until.value_or(0)});
  }
  return answer;
}

void DynamicZone::forget_gone(const ZoneEdit& edit, Leases& leases, std::vector<Lease>& changed) const {
  for (const Lease& lease : leases.all()) {
    if (edit.has(lease.record)) continue;
    leases.forget(lease.record);
    changed.push_back({lease.record, 0});
  }
}

// First the disk, then everybody else.
Result<void> DynamicZone::commit(const ZoneEdit& edit, Leases leases, std::vector<Lease> changed) {
  std::string why;
  std::optional<ZoneEdit::Made> made;
  if (edit.changed()) {
    made = edit.finish(why);
    if (!made) return fail(ErrorCode::malformed, why);
  }
  if (!made && changed.empty()) return {};
  ZoneJournal::Step step{made ? made->delta : nullptr, std::move(changed)};
  if (auto written = journal_->append(step); !written) {
    log_.error("journal", written.error().message + "; changes are refused until that is over");
    return written;
  }
  changed_ = true;
  leases_ = std::move(leases);
  if (made) served_->take_step(std::move(made->zone), made->delta);
  return {};
}

void DynamicZone::rewrite_if_large() {
  if (journal_->size() < std::max({kLargeJournal, too_large_at_, 2 * std::uint64_t{served_->newest()->memory()}}))
    return;
  if (auto written = journal_->rewrite(records(), leases_.all(), master_serial_); !written) {
    too_large_at_ = journal_->size() * 2;
    log_.warning("journal", written.error().message + "; it goes on growing");
  }
}

std::vector<Record> DynamicZone::records() const {
  const Zone& zone = *served_->newest();
  std::vector<Record> all{soa_record(zone)};
  for (ZoneWalk walk(zone); const auto record = walk.current(); walk.advance())
    all.push_back(
        {record->owner, record->type, RRClass::IN, record->ttl, Rdata(record->rdata.begin(), record->rdata.end())});
  return all;
}

}  // namespace harbinger::file
