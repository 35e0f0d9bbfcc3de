#include "learn/refresher.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace harbinger {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPatience = 2s;  // what is planned and cannot start within this is planned anew by then
constexpr double kSlowly = 0.05;

std::string key_of(std::string_view name, std::uint16_t type) { return std::string(name) + ' ' + std::to_string(type); }

}  // namespace

Refresher::Refresher(RefreshPlanner::Settings settings)
    : planner_(make_refresh_planner(settings)), queue_(PrefetchQueue::Limits{}) {}

std::shared_ptr<void> Refresher::add(Foresight::Resolver resolver) {
  auto registered = std::make_shared<Registered>(std::move(resolver));
  const std::lock_guard guard(resolvers_->lock);
  std::erase_if(resolvers_->all, [](const auto& each) { return each.expired(); });
  resolvers_->all.push_back(registered);
  return registered;
}

std::shared_ptr<Refresher::Registered> Refresher::resolver_for(std::string_view name) {
  std::shared_ptr<Registered> best;
  std::size_t most = 0;
  const std::lock_guard guard(resolvers_->lock);
  for (const auto& each : resolvers_->all) {
    auto registered = each.lock();
    if (!registered) continue;
    const auto covers = registered->resolver.covers(name);
    if (covers == 0 || covers < most) continue;
    most = covers;
    best = std::move(registered);
  }
  return best;
}

void Refresher::asked(const Access& access, std::uint8_t variant) {
  const auto key = key_of(access.resource, access.type);
  variant_of(key) = variant;
  if (access.outcome == Outcome::served && access.latency_us != 0)
    usual_ms_ += kSlowly * (access.latency_us / 1000.0 - usual_ms_);
  if (const auto found = waiting_.find(key); found != waiting_.end() && access.outcome != Outcome::from_cache) {
    if (found->second.in_flight) {
      ++counts_.late;
    } else if (queue_.cancel(key)) {
      waiting_.erase(found);  // the client was faster
    }
  }
  if (!pointless(key)) planner_->asked(access);
}

void Refresher::tend(MonotonicTime now, UnixMillis calendar) {
  take_done(calendar);
  queue_wishes(now, calendar);
  start_best(now);
}

void Refresher::take_done(UnixMillis calendar) {
  std::vector<Done> done;
  {
    const std::lock_guard guard(inbox_->lock);
    done.swap(inbox_->done);
  }
  using How = Foresight::Resolved::Outcome;
  for (const auto& [what, resolved] : done) {
    const auto key = key_of(what.name, what.type);
    queue_.done(key);
    waiting_.erase(key);
    counts_.kept += resolved.outcome == How::kept;
    counts_.failed += resolved.outcome == How::failed;
    counts_.already_cached += resolved.outcome == How::under_way;
    if (resolved.outcome == How::pointless) pointless_[resource_hash(key) % pointless_.size()] = true;
    if (resolved.outcome != How::under_way) planner_->resolved(what.name, what.type, resolved.ttl_s, calendar);
  }
}

void Refresher::queue_wishes(MonotonicTime now, UnixMillis calendar) {
  wishes_.clear();
  planner_->plan(calendar, wishes_);
  for (const auto& wish : wishes_) {
    auto key = key_of(wish.name, wish.type);
    if (pointless(key)) continue;
    ++counts_.predicted;
    PrefetchJob job;
    job.key = key;
    job.probability = wish.probability;
    job.benefit_ms = job.transfer_ms = std::max(usual_ms_, 0.1);
    job.needed_by = now + std::max<Duration>(kPatience, std::chrono::milliseconds(wish.needed_by - calendar));
    const auto offered = queue_.offer(std::move(job), now);
    if (offered != PrefetchQueue::Offered::queued) continue;
    const auto variant = variant_of(key);
    waiting_.insert_or_assign(std::move(key), Wanted{{std::string(wish.name), wish.type, variant}, false});
  }
}

void Refresher::start_best(MonotonicTime now) {
  while (const auto job = queue_.next(now)) {
    const auto found = waiting_.find(job->key);
    if (found == waiting_.end()) {
      queue_.done(job->key);
      continue;
    }
    const auto began = start(found->second.what);
    counts_.throttled += began == Began::throttled;
    if (began == Began::yes) {
      ++counts_.started;
      found->second.in_flight = true;
      continue;
    }
    queue_.done(job->key);
    waiting_.erase(found);
  }
  // What the queue dropped is forgotten here as well, now and then.
  const auto state = queue_.state();
  if (waiting_.size() > 2 * (state.waiting + state.in_flight) + 1024)
    std::erase_if(waiting_, [](const auto& each) { return !each.second.in_flight; });
}

Foresight::Began Refresher::start(const Ahead& what) {
  const auto registered = resolver_for(what.name);
  if (!registered) return Began::no;
  return registered->resolver.resolve(what, [inbox = inbox_, what](const Foresight::Resolved& resolved) {
    const std::lock_guard guard(inbox->lock);
    inbox->done.push_back({what, resolved});
  });
}

Refresher::Counts Refresher::counts() const {
  auto counts = counts_;
  const auto planned = planner_->state();
  counts.useful = planned.useful;
  counts.wasted = planned.wasted;
  return counts;
}

}  // namespace harbinger
