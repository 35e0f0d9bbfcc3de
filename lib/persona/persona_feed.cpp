#include "persona/persona_feed.h"

#include <mutex>

namespace harbinger::persona {

// An engine answers when it likes, maybe after the feed's end: then nobody is at home any more.
struct PersonaFeed::Answers {
  Answers(PersonaTable& to, const PersonaMetrics& counts, const Clock& time)
      : table(&to), metrics(&counts), clock(&time) {}

  EngineCalls calls;
  std::mutex lock;  // held while the table is written, so that it does not go away meanwhile
  PersonaTable* table;
  const PersonaMetrics* metrics;
  const Clock* clock;

  void done(EngineCalls::Id call, MonotonicTime since, bool good) {
    calls.end(call, good);
    const std::lock_guard guard(lock);
    if (table) metrics->answered(clock->now() - since, good);
  }
  void assigned(const std::vector<PersonaAssignment>& assignments) {
    const std::lock_guard guard(lock);
    if (!table) return;
    for (const auto& each : assignments) metrics->assigned(table->assign(each, PersonaTable::Place::make));
  }
  void leave() {
    const std::lock_guard guard(lock);
    table = nullptr;
  }
};

PersonaFeed::PersonaFeed(const Settings& settings, std::shared_ptr<PersonaEngine> engine, PersonaTable& table,
                         const PersonaMetrics& metrics, const Clock& clock)
    : settings_(settings),
      clock_(clock),
      metrics_(metrics),
      engine_(std::move(engine)),
      answers_(std::make_shared<Answers>(table, metrics, clock)),
      asked_(settings.ring),
      acted_(settings.ring),
      circuit_(settings.circuit) {}

PersonaFeed::~PersonaFeed() { answers_->leave(); }

void PersonaFeed::work() {
  const auto now = clock_.now();
  drain();
  const auto seen = answers_->calls.look(now, settings_.patience);
  judge(seen, now);
  auto room = settings_.calls - std::min(settings_.calls, seen.under_way);
  // Asks first: somebody is a stranger until they are answered.
  while (room > 0 && !(asks_.empty() && acts_.empty()) && circuit_.allows(now)) {
    circuit_.called();
    asks_.empty() ? report(now) : ask(now);
    --room;
  }
  circuit_state_.store(circuit_.state(), std::memory_order_relaxed);
}

void PersonaFeed::judge(const EngineCalls::Seen& seen, MonotonicTime now) {
  for (unsigned i = 0; i < seen.bad + seen.late; ++i) circuit_.failed(now);
  if (seen.good > 0) circuit_.succeeded();
}

void PersonaFeed::drain() {
  asked_.drain([this](const Asked& each) { asks_.push_back(each); });
  acted_.drain([this](const Acted& each) { acts_.push_back(each); });
  keep_newest(asks_);
  keep_newest(acts_);
  const auto lost = asked_.dropped() + acted_.dropped();
  metrics_.dropped(lost - dropped_before_);
  dropped_before_ = lost;
}

template <class T>
void PersonaFeed::keep_newest(std::deque<T>& waiting) {
  if (waiting.size() <= settings_.backlog) return;
  const auto lost = waiting.size() - settings_.backlog;
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(lost));
  metrics_.dropped(lost);
}

void PersonaFeed::ask(MonotonicTime now) {
  const auto size = std::min(asks_.size(), settings_.batch);
  ask_batch_.clear();
  for (std::size_t i = 0; i < size; ++i) ask_batch_.push_back(asks_[i].view());
  const auto call = answers_->calls.begin(now);
  engine_->assign(ask_batch_, [answers = answers_, call, now](const Result<std::vector<PersonaAssignment>>& assigned) {
    if (assigned) answers->assigned(*assigned);
    answers->done(call, now, assigned.has_value());
  });
  // Lost with a call that fails: the table has them asked for again.
  asks_.erase(asks_.begin(), asks_.begin() + static_cast<std::ptrdiff_t>(size));
}

void PersonaFeed::report(MonotonicTime now) {
  const auto size = std::min(acts_.size(), settings_.batch);
  act_batch_.clear();
  for (std::size_t i = 0; i < size; ++i) act_batch_.push_back(acts_[i].view());
  const auto call = answers_->calls.begin(now);
  metrics_.events(size);
  engine_->report(act_batch_, [answers = answers_, call, now](const Result<PersonaEngine::Receipt>& receipt) {
    answers->done(call, now, receipt.has_value());
  });
  acts_.erase(acts_.begin(), acts_.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace harbinger::persona
