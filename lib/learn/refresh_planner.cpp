#include <harbinger/refresh_planner.h>

#include <algorithm>
#include <functional>

#include "learn/refresh_budget.h"
#include "learn/refresh_judge.h"
#include "learn/refresh_record.h"
#include "learn/refresh_rhythm.h"
#include "learn/refresh_trails.h"

namespace harbinger {
namespace {

constexpr UnixMillis kFlightLimitMs = 5000;  // an answer that takes longer will not come
constexpr UnixMillis kLongestGapMs = 3 * 86'400'000LL;
constexpr UnixMillis kShortestNapMs = 100;
constexpr std::size_t kSpareTimers = 1024;
constexpr std::size_t kMostReady = 1024;
constexpr std::size_t kClientsPerRecord = 8;  // records for each line of the trails
constexpr double kMillis = 1000;

double seconds(UnixMillis span) { return static_cast<double>(span) / kMillis; }

class Planner final : public RefreshPlanner {
 public:
  explicit Planner(Settings settings)
      : settings_(settings),
        budget_(settings.extra_upstream, settings.floor),
        records_(settings.records),
        trails_(settings.records / kClientsPerRecord) {}

  void asked(const Access& access) override {
    const UnixMillis now = steady(access.at);
    const std::uint64_t key = RecordTable::key_of(access.resource, access.type);
    const RecordSlot slot = obtain(key, access.resource, access.type, now);
    RefreshRecord& record = records_[slot];
    ++state_.questions;
    settle(record, now, true);
    if (record.asked_times != 0) rhythm_.end(record, seconds(now - record.asked));
    record.asked = now;
    ++record.asked_times;
    record.renewals = 0;
    record.client = access.client;
    if (record.hits < 65535) ++record.hits;
    record.clients |= static_cast<std::uint16_t>(1U << ((access.client * 0x9e3779b97f4a7c15U) >> 60));
    keep_account(record, access, now);
    wake(slot, std::max(record.expires - lead_ms_, now + kShortestNapMs));
    if (trails_.step(access.client, records_.ref(slot), now, records_)) expect_followers(slot, now);
  }

  void resolved(std::string_view name, std::uint16_t type, std::uint32_t ttl_s, UnixMillis at) override {
    const UnixMillis now = steady(at);
    const RecordSlot slot = records_.find(RecordTable::key_of(name, type));
    if (slot == kNoSlot) return;
    RefreshRecord& record = records_[slot];
    record.in_flight_until = 0;
    record.expires = now + ttl_s * 1000LL;
    learn_ttl(record, ttl_s);
    record.hits = 0;
    ++record.renewals;
    if (record.trial_planned) record.trial_until = record.expires;
    wake(slot, std::max(record.expires - lead_ms_, now + kShortestNapMs));
  }

  void plan(UnixMillis at, std::vector<Wish>& out) override {
    const UnixMillis now = steady(at);
    while (!timers_.empty() && timers_.front().due <= now) {
      const Timer timer = timers_.front();
      std::pop_heap(timers_.begin(), timers_.end(), std::greater<>());
      timers_.pop_back();
      RefreshRecord* record = records_.get(timer.record);
      if (record && record->due == timer.due) look(timer.record.slot, now);
    }
    hand_out(now, at - now, out);
  }

  State state() const override {
    State state = state_;
    state.records = records_.size();
    state.bytes = records_.bytes() + trails_.bytes() + timers_.capacity() * sizeof(Timer);
    state.misses = budget_.misses_without();
    state.threshold = budget_.threshold();
    state.extra = budget_.extra_so_far();
    return state;
  }

 private:
  struct Timer {
    UnixMillis due;
    RecordRef record;
    bool operator>(const Timer& other) const {
      return due != other.due ? due > other.due : record.slot > other.record.slot;
    }
  };
  struct Ready {
    RecordRef record;
    Reason reason;
    double probability;
    UnixMillis needed_by;
  };

  // Time as if no clock were ever set back.
  UnixMillis steady(UnixMillis at) {
    if (at + offset_ < latest_) offset_ = latest_ - at;
    latest_ = at + offset_;
    return latest_;
  }

  RecordSlot obtain(std::uint64_t key, std::string_view name, std::uint16_t type, UnixMillis now) {
    return records_.obtain(key, name, type, now, [&](RecordSlot leaving) { settle(records_[leaving], now, false); });
  }

  // What a prediction was worth is known when the question comes, or when it did not come in time.
  void settle(RefreshRecord& record, UnixMillis now, bool was_asked) {
    if (record.trial_until == 0) return;
    const bool came_true = was_asked && now <= record.trial_until;
    judge_.learn(record.trial_reason, record.trial_signs, came_true);
    if (record.trial_planned) {
      budget_.settled(record.trial_p);
      ++(came_true ? state_.useful : state_.wasted);
      if (came_true) ++state_.useful_for[static_cast<std::size_t>(record.trial_reason)];
    }
    record.trial_until = 0;
    record.trial_planned = false;
  }

  void keep_account(RefreshRecord& record, const Access& access, UnixMillis now) {
    const bool hit = access.outcome == Outcome::from_cache;
    if (!hit) learn_ttl(record, access.ttl_s);
    if (now >= record.expires_without) {
      budget_.missed_without();
      record.expires_without = now + (hit ? record.ttl_s : access.ttl_s) * 1000LL;
    }
    // One that waited for another client's upstream query is no query of its own.
    const bool joined = !hit && record.expires > now;
    if (!hit && !joined && record.in_flight_until < now) budget_.missed();
    if (hit && record.expires > now) return;  // known to the millisecond
    record.expires = now + access.ttl_s * 1000LL;
    record.in_flight_until = 0;
    record.hits = 0;
    if (hit && record.ttl_s < access.ttl_s) learn_ttl(record, access.ttl_s);
  }

  // A forwarder sees what is left in its upstream's cache; the longest of these is near the true TTL. An operator who shortens it is
  // followed within a few answers.
  static void learn_ttl(RefreshRecord& record, std::uint32_t ttl_s) {
    record.ttl_s = ttl_s;
    record.full_ttl_s = std::max(ttl_s, record.full_ttl_s - record.full_ttl_s / 16);
  }

  void wake(RecordSlot slot, UnixMillis due) {
    RefreshRecord& record = records_[slot];
    if (record.due == due) return;
    if (record.due > latest_ && record.due < due) return;  // it is looked at before that anyway
    record.due = due;
    timers_.push_back({due, records_.ref(slot)});
    std::push_heap(timers_.begin(), timers_.end(), std::greater<>());
    if (timers_.size() > 2 * settings_.records + kSpareTimers) drop_stale_timers();
  }

  // Each record has one timer that counts; those before it and those of records that left are only waste.
  void drop_stale_timers() {
    std::erase_if(timers_, [this](const Timer& timer) {
      const RefreshRecord* record = records_.get(timer.record);
      return !record || record->due != timer.due;
    });
    std::make_heap(timers_.begin(), timers_.end(), std::greater<>());
  }

  // The moment has come to think about a record: its answer is about to expire, or has, and nobody asked since.
  void look(RecordSlot slot, UnixMillis now) {
    RefreshRecord& record = records_[slot];
    record.due = 0;
    const UnixMillis age = now - record.asked;
    rhythm_.pass(record, seconds(age));
    if (record.in_flight_until > now) return wake(slot, record.in_flight_until);
    if (record.expires - lead_ms_ > now) return wake(slot, record.expires - lead_ms_);
    if (record.trial_until != 0 && record.trial_until <= now + lead_ms_) settle(record, now, false);
    if (age > kLongestGapMs || record.asked_times == 0) return;
    if (record.ttl_s == 0) return wake(slot, next_look(age, now, 0));
    const double threshold = budget_.threshold();
    const auto outlook = rhythm_.look(record, seconds(age), record.full_ttl_s, threshold / (1 - threshold));
    const Situation situation{outlook.within, 0, seconds(age), idle_s(record, now)};
    consider(slot, Reason::renewal, situation, outlook.best_s == 0, now, std::max(record.expires, now));
    wake(slot, next_look(age, now, outlook.best_s));
  }

  static UnixMillis next_look(UnixMillis age, UnixMillis now, double wait_s) {
    const auto edge = static_cast<UnixMillis>(gap_edge(gap_bucket(seconds(age)) + 1) * kMillis) + 1;
    const UnixMillis wait = wait_s > 0 ? static_cast<UnixMillis>(wait_s * kMillis) : kLongestGapMs;
    return now + std::max(kShortestNapMs, std::min(edge - age, wait));
  }

  // Judges the prediction whether or not it is acted on, so that what is said of improbable ones is learnt too.
  void consider(RecordSlot slot, Reason reason, const Situation& situation, bool best_now, UnixMillis now,
                UnixMillis needed_by) {
    RefreshRecord& record = records_[slot];
    if (record.trial_planned || record.in_flight_until > now) return;
    const Signs signs = RefreshJudge::signs(record, situation);
    const double p = judge_.probability(reason, signs);
    const bool worth = best_now && p >= budget_.threshold() && ready_.size() < kMostReady;
    if (record.trial_until == 0 || worth) {
      record.trial_until = now + std::max<UnixMillis>(record.full_ttl_s, 1) * 1000LL;
      record.trial_reason = reason;
      record.trial_signs = signs;
      record.trial_p = static_cast<float>(p);
    }
    if (!worth) return;
    record.trial_planned = true;
    record.in_flight_until = now + kFlightLimitMs;
    budget_.planned(p);
    ++state_.planned;
    ++state_.planned_for[static_cast<std::size_t>(reason)];
    ready_.push_back({records_.ref(slot), reason, p, needed_by});
  }

  double idle_s(const RefreshRecord& record, UnixMillis now) const {
    const auto& trail = trails_.of(record.client);
    const bool known = trail.client == record.client && trail.length > 0;
    return seconds(now - (known ? trail.steps[0].at : record.asked));
  }

  void expect_followers(RecordSlot slot, UnixMillis now) {
    const RefreshRecord& leader = records_[slot];
    for (const Follower& follower : leader.followers) {
      if (follower.times < 2) continue;
      RefreshRecord* next = records_.get(follower.record);
      if (!next || next->ttl_s == 0 || next->expires > now + follower.lag_ms + lead_ms_) continue;
      const double age_s = seconds(now - next->asked);
      const Situation situation{rhythm_.look(*next, age_s, next->full_ttl_s, 1).within, follows(leader, follower),
                                age_s, 0};
      consider(follower.record.slot, Reason::follower, situation, true, now, now + follower.lag_ms);
    }
  }

  void hand_out(UnixMillis now, UnixMillis back, std::vector<Wish>& out) {
    if (ready_.empty()) return;
    std::stable_sort(ready_.begin(), ready_.end(),
                     [](const Ready& a, const Ready& b) { return a.probability > b.probability; });
    for (const Ready& ready : ready_) {
      const RefreshRecord* record = records_.get(ready.record);
      if (!record || record->in_flight_until <= now) continue;  // a client was faster
      out.push_back({record->name, record->type, ready.reason, ready.probability, ready.needed_by + back});
    }
    ready_.clear();
  }

  const Settings settings_;
  RefreshBudget budget_;
  RefreshJudge judge_;
  Rhythm rhythm_;
  RecordTable records_;
  Trails trails_;
  std::vector<Timer> timers_;  // a heap, earliest first
  std::vector<Ready> ready_;
  UnixMillis lead_ms_ = 250;
  UnixMillis latest_ = 0, offset_ = 0;
  State state_;
};

}  // namespace

std::unique_ptr<RefreshPlanner> make_refresh_planner(RefreshPlanner::Settings settings) {
  return std::make_unique<Planner>(settings);
}

}  // namespace harbinger
