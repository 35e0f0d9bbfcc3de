#include "edge/fetch_desk.h"

#include <algorithm>
#include <cmath>

namespace harbinger::edge {

namespace {

using namespace std::chrono_literals;
using Outcome = JobDone::Outcome;
using Offered = PrefetchQueue::Offered;

constexpr auto kWholeOnlyFor = 10min;    // after a range was ignored
constexpr Duration kBudgetRests = 20ms;  // before it is asked again
constexpr int kTrouble = 2;              // failures in a row, whoever they are of
constexpr double kTellsThroughput = 16'384;

PrefetchQueue::Limits limits_of(const Fetcher::Settings& settings) {
  return {.waiting = settings.waiting,
          .in_flight = settings.most,
          .bytes_in_flight = std::max<std::uint64_t>(64 << 20, settings.most_bytes)};
}

double ms(Duration span) { return static_cast<double>(span.count()) / 1e6; }

std::string not_answering(const std::string& host) { return host + " does not answer, and many wait for it already"; }

// A bucket never holds more than its burst.
bool never_enough(const Rate& rate, double wanted) {
  if (!(rate.per_second > 0)) return false;
  return wanted > (rate.burst > 0 ? rate.burst : std::max(rate.per_second, 1.0));
}

}  // namespace

FetchDesk::FetchDesk(const Fetcher::Settings& settings, Random& random)
    : settings_(settings),
      random_(random),
      queue_(limits_of(settings), [this](const PrefetchJob& job, Offered why) { dropped(job, why); }),
      budget_(settings.budget),
      link_(settings.bytes_per_second, settings.most_share),
      width_(settings.fewest, settings.most) {}

Result<FetchTarget> FetchDesk::target_of(std::string_view resource, MonotonicTime now) {
  auto target = read_target(resource, settings_.host_of_origin);
  // Of what comes whole anyway, all parts are one job.
  if (target && target->range && now < hosts_.at(target->host).whole_only_until) target->range.reset();
  return target;
}

bool FetchDesk::holds(const FetchTarget& target, MonotonicTime now) {
  if (ledger_.holds(resource_hash(target.whole()), now)) return true;
  return target.range && ledger_.holds(resource_hash(target.key()), now);
}

// Whether there is nothing to do for it, which is told then.
bool FetchDesk::is_settled(const FetchTarget& target, const Asker& asker, bool asks_cache, MonotonicTime now) {
  if (!asks_cache && holds(target, now)) {
    tell(asker, Outcome::cached);
    return true;
  }
  std::string why = ledger_.refusal(resource_hash(target.key()), now);
  if (why.empty()) return false;
  tell(asker, Outcome::refused, why + " (less than a minute ago)");
  return true;
}

PrefetchJob FetchDesk::job_of(const Job& job, const std::string& key, const FetchTarget& target, MonotonicTime now) {
  std::uint64_t bytes = target.range && target.range->length > 0 ? target.range->length : job.bytes;
  if (bytes == 0) bytes = sizes_.guess(target.host, target.extension());
  bytes = std::min(bytes, settings_.most_bytes);
  const double transfer_ms = hosts_.at(target.host).first_byte_ms + static_cast<double>(bytes) / throughput_ * 1000;
  return {.key = key,
          .probability = job.probability,
          .benefit_ms = job.benefit_ms,
          .transfer_ms = transfer_ms,
          .bytes = bytes,
          .needed_by = job.within_ms > 0 ? now + std::chrono::milliseconds(job.within_ms) : MonotonicTime{}};
}

void FetchDesk::offer(Job job, Done done, MonotonicTime now) {
  Asker asker{.id = job.id, .resource = job.resource, .done = std::move(done)};
  auto target = target_of(job.resource, now);
  if (!target) return tell(std::move(asker), Outcome::refused, target.error().message);
  const std::string key = target->key();
  PrefetchJob wish = job_of(job, key, *target, now);
  if (const auto known = tickets_.find(key); known != tickets_.end()) {
    known->second.asks_cache = known->second.asks_cache || job.kind == Job::Kind::mirror;
    return join(known->second, std::move(asker), std::move(wish), now);
  }
  const bool asks_cache = job.kind == Job::Kind::mirror;
  if (is_settled(*target, asker, asks_cache, now)) return;

  Ticket& ticket = tickets_[key];
  ticket.target = std::move(*target);
  ticket.client = job.client;
  ticket.asks_cache = asks_cache;
  ticket.guess = wish.bytes;
  ticket.askers.push_back(std::move(asker));
  if (hosts_.at(ticket.target.host).back_off.blocked(now))
    park(key, std::move(wish), now);
  else
    wait_in_line(key, std::move(wish), now);
}

void FetchDesk::join(Ticket& ticket, Asker asker, PrefetchJob job, MonotonicTime now) {
  if (ticket.askers.size() >= kMostAskers) return tell(std::move(asker), Outcome::no_room);
  ticket.askers.push_back(std::move(asker));
  if (ticket.stage == Ticket::Stage::flying) return;
  const auto parked = parked_.find(ticket.target.host);
  if (ticket.stage == Ticket::Stage::waiting)
    queue_.offer(std::move(job), now);
  else if (parked != parked_.end())
    parked->second->offer(std::move(job), now);
}

void FetchDesk::wait_in_line(const std::string& key, PrefetchJob job, MonotonicTime now) {
  const auto at = tickets_.find(key);
  at->second.stage = Ticket::Stage::waiting;
  const Offered offered = queue_.offer(std::move(job), now);
  if (offered == Offered::no_room) settle(at, Outcome::no_room);
  if (offered == Offered::too_late) settle(at, Outcome::late);
}

void FetchDesk::dropped(const PrefetchJob& job, Offered why) {
  const auto at = tickets_.find(job.key);
  if (at != tickets_.end()) settle(at, why == Offered::too_late ? Outcome::late : Outcome::no_room);
}

void FetchDesk::park(const std::string& key, PrefetchJob job, MonotonicTime now) {
  const auto at = tickets_.find(key);
  const std::string& host = at->second.target.host;
  auto known = parked_.find(host);
  if (known == parked_.end()) {
    if (parked_.size() >= kMostParkedHosts) return settle(at, Outcome::failed, not_answering(host));
    auto queue =
        std::make_unique<PrefetchQueue>(PrefetchQueue::Limits{.waiting = std::min(kMostParked, settings_.waiting),
                                                              .bytes_in_flight = limits_of(settings_).bytes_in_flight},
                                        [this](const PrefetchJob& gone, Offered why) { dropped(gone, why); });
    known = parked_.emplace(host, std::move(queue)).first;
  }
  at->second.stage = Ticket::Stage::parked;
  const Offered offered = known->second->offer(std::move(job), now);
  if (offered == Offered::no_room) settle(at, Outcome::failed, not_answering(host));
  if (offered == Offered::too_late) settle(at, Outcome::late);
}

void FetchDesk::release_parked(MonotonicTime now) {
  for (auto each = parked_.begin(); each != parked_.end();) {
    PrefetchQueue& parked = *each->second;
    parked.drop_late(now);
    if (!hosts_.at(each->first).back_off.blocked(now))
      while (auto job = parked.next(now)) {
        parked.done(job->key);
        const std::string key = job->key;
        wait_in_line(key, std::move(*job), now);
      }
    each = parked.state().waiting == 0 ? parked_.erase(each) : std::next(each);
  }
}

std::optional<FetchOrder> FetchDesk::next(MonotonicTime now) {
  release_parked(now);
  queue_.drop_late(now);
  if (flying_ >= width_.now() || cache_.blocked(now) || now < budget_rests_until_ || !link_.may_begin(now))
    return std::nullopt;
  while (auto job = queue_.next(now)) {
    const std::string key = job->key;
    const auto at = tickets_.find(key);
    const Step step = at == tickets_.end() ? Step::skip : check(at, *job, now);
    if (step == Step::go) return begin(key, at->second, now);
    queue_.done(key);
    if (step == Step::wait) {
      queue_.offer(std::move(*job), now);
      return std::nullopt;
    }
    // Its ticket is there still when it was neither told nor begun: its host must be waited for.
    if (tickets_.contains(key)) park(key, std::move(*job), now);
  }
  return std::nullopt;
}

// Those who asked for a part ask for the whole from now on.
void FetchDesk::ask_for_whole(Tickets::iterator at, PrefetchJob job, MonotonicTime now) {
  Ticket ticket = std::move(at->second);
  tickets_.erase(at);
  ticket.target.range.reset();
  job.key = ticket.target.key();
  if (const auto known = tickets_.find(job.key); known != tickets_.end()) {
    for (Asker& asker : ticket.askers) join(known->second, std::move(asker), job, now);
    return;
  }
  const std::string key = job.key;
  tickets_[key] = std::move(ticket);
  wait_in_line(key, std::move(job), now);
}

FetchDesk::Step FetchDesk::check(Tickets::iterator at, PrefetchJob& job, MonotonicTime now) {
  Ticket& ticket = at->second;
  if (hosts_.at(ticket.target.host).back_off.blocked(now)) return Step::skip;
  if (ticket.target.range && now < hosts_.at(ticket.target.host).whole_only_until) {
    ask_for_whole(at, std::move(job), now);
    return Step::skip;
  }
  if (!ticket.asks_cache && holds(ticket.target, now)) {
    settle(at, Outcome::cached);
    return Step::skip;
  }
  const Step step = pay(at->first, ticket, job, now);
  if (step == Step::skip) settle(at, Outcome::over_budget);
  return step;
}

// A limit for all delays the best job, so that lesser ones do not overtake it; one of a client's or a resource's own ends it.
FetchDesk::Step FetchDesk::pay(const std::string& key, Ticket& ticket, PrefetchJob& job, MonotonicTime now) {
  const auto limit = budget_.take(ticket.client, resource_hash(key), job.bytes, now);
  if (limit == TokenBudget::Limit::none) return Step::go;
  const Rate& all = settings_.budget.bytes_global;
  if (limit != TokenBudget::Limit::global || never_enough(all, static_cast<double>(job.bytes))) return Step::skip;
  budget_rests_until_ = now + kBudgetRests;
  return Step::wait;
}

FetchOrder FetchDesk::begin(const std::string& key, Ticket& ticket, MonotonicTime now) {
  ticket.stage = Ticket::Stage::flying;
  ticket.set_out = now;
  ++flying_;
  cache_.begun();
  hosts_.at(ticket.target.host).back_off.begun();
  link_.begun(ticket.guess, now);
  return {key, ticket.target};
}

void FetchDesk::ended(const std::string& key, const FetchEnd& end, MonotonicTime now) {
  queue_.done(key);
  const auto at = tickets_.find(key);
  if (at == tickets_.end() || at->second.stage != Ticket::Stage::flying) return;
  --flying_;
  learn(at->second, end, now);
  note_trouble(at->second, end, now);
  note_cache(at->second, end, now);

  const Ticket ticket = std::move(at->second);
  tickets_.erase(at);
  bool first = true;
  for (const Asker& asker : ticket.askers) {
    // What one asker's job brought is there for the others.
    const bool again = !first && end.outcome == Outcome::fetched;
    tell(asker, again ? Outcome::cached : end.outcome, end.why, first ? end.bytes : 0, end.took);
    first = false;
  }
}

void FetchDesk::learn(const Ticket& ticket, const FetchEnd& end, MonotonicTime now) {
  const FetchTarget& target = ticket.target;
  const bool over_link = end.outcome != Outcome::cached;
  const Duration body_took = end.took - end.first_byte;
  link_.ended(ticket.guess, over_link ? end.bytes : 0, body_took, now);
  if (end.whole_bytes) sizes_.note(target.host, target.extension(), *end.whole_bytes);
  if (end.outcome == Outcome::failed) width_.failed();
  if (end.outcome != Outcome::fetched) return;

  const auto bytes = static_cast<double>(end.bytes);
  if (bytes >= kTellsThroughput && body_took > 0ns) throughput_ += (bytes / ms(body_took) * 1000 - throughput_) / 8;
  hosts_.at(target.host).answered(end.first_byte);
  width_.ended(end.first_byte, queue_.state().waiting > 0);
}

void FetchDesk::note_trouble(const Ticket& ticket, const FetchEnd& end, MonotonicTime now) {
  OriginHost& host = hosts_.at(ticket.target.host);
  if (end.trouble == FetchEnd::Trouble::cache) {
    cache_.failed(ticket.set_out, now, random_);
    host.back_off.gave_up();
  } else if (end.trouble == FetchEnd::Trouble::origin) {
    cache_.went_well();
    host.back_off.failed(ticket.set_out, now, random_, end.pause);
  } else {
    cache_.went_well();
    host.back_off.went_well();
  }
  failures_in_a_row_ = end.outcome == Outcome::failed ? failures_in_a_row_ + 1 : 0;
  if (failures_in_a_row_ == 0) trouble_until_ = {};
  if (failures_in_a_row_ >= kTrouble) trouble_until_ = std::max(trouble_until_, host.back_off.until());
}

void FetchDesk::note_cache(const Ticket& ticket, const FetchEnd& end, MonotonicTime now) {
  const FetchTarget& target = ticket.target;
  const std::uint64_t key = resource_hash(target.key());
  if (end.ignored_range) hosts_.at(target.host).whole_only_until = now + kWholeOnlyFor;
  if (end.gave_range) hosts_.at(target.host).whole_only_until = {};
  if (end.outcome == Outcome::refused) ledger_.refused(key, end.why, now);
  if (end.outcome == Outcome::fetched) ledger_.fetched(key, end.fresh_for, now);
  if (end.outcome == Outcome::cached) ledger_.found(key, end.fresh_for, now);
  if (end.whole && target.range && end.outcome != Outcome::refused)
    ledger_.found(resource_hash(target.whole()), end.fresh_for, now);
  totals_.bytes += end.outcome == Outcome::cached ? 0 : end.bytes;
}

bool FetchDesk::cancel(const std::string& key) {
  const auto at = tickets_.find(key);
  if (at == tickets_.end() || at->second.stage == Ticket::Stage::flying) return false;
  queue_.cancel(key);
  if (const auto parked = parked_.find(at->second.target.host); parked != parked_.end()) parked->second->cancel(key);
  settle(at, Outcome::wanted_first);
  return true;
}

void FetchDesk::foreground(const Fetcher::Foreground& what, MonotonicTime now) {
  if (!what.hit) link_.missed(what.bytes, std::chrono::milliseconds(what.took_ms), now);
  const auto target = target_of(what.resource, now);
  if (!target) return;
  const std::string key = target->key();
  if (what.hit || what.keepable) cancel(key);
  if (!target->range && what.keepable && what.bytes > 0) sizes_.note(target->host, target->extension(), what.bytes);
  bool useful = ledger_.wanted(resource_hash(key), what.hit, what.keepable, now);
  // A part of what was fetched whole.
  if (target->range && what.hit && !useful) {
    const std::uint64_t whole = resource_hash(target->whole());
    useful = ledger_.holds(whole, now) && ledger_.wanted(whole, true, true, now);
  }
  totals_.useful += useful;
}

void FetchDesk::stop() {
  while (!tickets_.empty()) settle(tickets_.begin(), Outcome::stopped);
  parked_.clear();
  flying_ = 0;
}

void FetchDesk::settle(Tickets::iterator at, Outcome outcome, const std::string& why) {
  const Ticket ticket = std::move(at->second);
  tickets_.erase(at);
  for (const Asker& asker : ticket.askers) tell(asker, outcome, why);
}

void FetchDesk::tell(Asker asker, Outcome outcome, std::string why, std::uint64_t bytes, Duration took) {
  totals_.fetched += outcome == Outcome::fetched;
  totals_.cached += outcome == Outcome::cached;
  totals_.failed += outcome == Outcome::failed;
  const auto took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  told_.emplace_back(std::move(asker.done), JobDone{.id = asker.id,
                                                    .resource = std::move(asker.resource),
                                                    .outcome = outcome,
                                                    .bytes = bytes,
                                                    .took_ms = static_cast<std::uint32_t>(std::max<long>(took_ms, 0)),
                                                    .why = std::move(why)});
}

Fetcher::State FetchDesk::state(MonotonicTime now) const {
  Fetcher::State state = totals_;
  state.waiting = tickets_.size() - flying_;
  state.in_flight = flying_;
  state.workers = width_.now();
  state.in_trouble = cache_.in_pause(now) || now < trouble_until_;
  return state;
}

}  // namespace harbinger::edge
