#include <harbinger/refresh_planner.h>

#include <algorithm>
#include <array>
#include <functional>

#include "learn/refresh_budget.h"
#include "learn/refresh_flows.h"
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
constexpr std::size_t kRecordsPerClient = 8;
constexpr std::uint16_t kHeadType = 1;                       // A
constexpr std::array<std::uint16_t, 2> kOtherTypes{28, 65};  // AAAA, HTTPS
constexpr double kMillis = 1000;

double seconds(UnixMillis span) { return static_cast<double>(span) / kMillis; }

class Planner final : public RefreshPlanner {
 public:
  explicit Planner(Settings settings)
      : settings_(settings),
        budget_(settings.extra_upstream, settings.floor),
        records_(settings.records),
        trails_(settings.records / kRecordsPerClient),
        flows_(settings.records) {}

  void asked(const Access& access) override {
    const UnixMillis now = steady(access.at);
    const std::uint64_t name_hash = resource_hash(access.resource);
    const RecordSlot slot = obtain(name_hash, access.resource, access.type, now);
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
    expect_again(slot, access.client, now);
    const RecordSlot head = head_of(slot);
    if (trails_.step(access.client, records_.ref(head), now, records_)) expect_followers(head, now);
  }

  void resolved(std::string_view name, std::uint16_t type, std::uint32_t ttl_s, UnixMillis at) override {
    const UnixMillis now = steady(at);
    const RecordSlot slot = records_.find(RecordTable::key_of(resource_hash(name), type));
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
    meet_regulars(now);
    hand_out(now, at - now, out);
  }

  State state() const override {
    State state = state_;
    state.records = records_.size();
    state.bytes = records_.bytes() + trails_.bytes() + flows_.bytes() + timers_.capacity() * sizeof(Timer) +
                  regulars_.capacity() * sizeof(Regular);
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
  struct Regular {
    UnixMillis due;
    RecordRef record;
    Expectation next;
    bool operator>(const Regular& other) const {
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

  RecordSlot obtain(std::uint64_t name_hash, std::string_view name, std::uint16_t type, UnixMillis now) {
    const RecordSlot slot = records_.obtain(RecordTable::key_of(name_hash, type), name, type, now,
                                            [&](RecordSlot leaving) { settle(records_[leaving], now, false); });
    records_[slot].name_hash = name_hash;
    return slot;
  }

  // The types of a name are asked for together, so that one of them stands for all in what follows what.
  RecordSlot head_of(RecordSlot slot) const {
    const RefreshRecord& record = records_[slot];
    if (record.type == kHeadType) return slot;
    const RecordSlot head = records_.find(RecordTable::key_of(record.name_hash, kHeadType));
    return head == kNoSlot ? slot : head;
  }

  // What a prediction was worth is known when the question comes, or when it did not come in time.
  void settle(RefreshRecord& record, UnixMillis now, bool was_asked) {
    if (record.trial_until == 0) return;
    const bool came_true = was_asked && now <= record.trial_until;
    judge_.learn(record.trial_reason, record.trial_signs, came_true);
    if (record.trial_planned) {
      budget_.settled(record.trial_cost);
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
    const auto outlook = rhythm_.look(record, seconds(age), record.full_ttl_s, budget_.price());
    Prospect prospect{
        Reason::renewal, {outlook.within, 0, seconds(age), idle_s(record, now)}, std::max(record.expires, now)};
    prospect.outlook = &outlook;
    consider(slot, prospect, now);
    wake(slot, next_look(age, now, outlook.worth_it ? outlook.best_s : 0));
  }

  static UnixMillis next_look(UnixMillis age, UnixMillis now, double wait_s) {
    // An octave on, the chances are others.
    const auto edge = static_cast<UnixMillis>(gap_edge(gap_bucket(seconds(age)) + 2) * kMillis) + 1;
    const UnixMillis wait = wait_s > 0 ? static_cast<UnixMillis>(wait_s * kMillis) : kLongestGapMs;
    return now + std::max(kShortestNapMs, std::min(edge - age, wait));
  }

  // A reason to resolve a record ahead.
  struct Prospect {
    Reason reason;
    Situation situation;
    UnixMillis needed_by;
    const Rhythm::Outlook* outlook = nullptr;  // of a renewal; of other reasons it is known when the question comes
  };

  // Upstream queries that it costs: the part of the new answer's life that passes unused.
  static double cost_of(const Prospect& prospect, double p, const RefreshRecord& record, UnixMillis now) {
    if (prospect.outlook) return Rhythm::lost(*prospect.outlook, p);
    const double early = seconds(std::max<UnixMillis>(0, prospect.needed_by - now)) / std::max(1U, record.full_ttl_s);
    return 1 - p + p * std::min(early, 1.0);
  }

  // Judges the prediction whether or not it is acted on, so that what is said of improbable ones is learnt too.
  void consider(RecordSlot slot, const Prospect& prospect, UnixMillis now) {
    RefreshRecord& record = records_[slot];
    if (record.trial_planned || record.in_flight_until > now) return;
    const Signs signs = RefreshJudge::signs(record, prospect.situation);
    const double p = judge_.probability(prospect.reason, signs);
    const double cost = cost_of(prospect, p, record, now);
    const bool later = prospect.outlook && prospect.outlook->best_s > 0;
    const bool worth = !later && p >= settings_.floor && p >= budget_.price() * cost && ready_.size() < kMostReady;
    if (record.trial_until == 0 || worth) {
      record.trial_until = now + std::max<UnixMillis>(record.full_ttl_s, 1) * 1000LL;
      record.trial_reason = prospect.reason;
      record.trial_signs = signs;
      record.trial_cost = static_cast<float>(cost);
    }
    if (!worth) return;
    record.trial_planned = true;
    record.in_flight_until = now + kFlightLimitMs;
    budget_.planned(cost);
    ++state_.planned;
    ++state_.planned_for[static_cast<std::size_t>(prospect.reason)];
    ready_.push_back({records_.ref(slot), prospect.reason, p, prospect.needed_by});
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
      const RefreshRecord* head = records_.get(follower.record);
      if (!head) continue;
      const double chance = follows(leader, follower);
      expect_follower(follower.record.slot, chance, follower.lag_ms, now);
      if (head->type != kHeadType) continue;
      for (const std::uint16_t type : kOtherTypes) {
        const RecordSlot other = records_.find(RecordTable::key_of(head->name_hash, type));
        if (other == kNoSlot) continue;
        const double share =
            records_[other].asked_times / std::max<double>(head->asked_times, records_[other].asked_times);
        expect_follower(other, chance * share, follower.lag_ms, now);
      }
    }
  }

  void expect_follower(RecordSlot slot, double chance, UnixMillis lag_ms, UnixMillis now) {
    const RefreshRecord& record = records_[slot];
    if (record.ttl_s == 0 || record.expires > now + lag_ms + lead_ms_) return;
    const double age_s = seconds(now - record.asked);
    const Situation situation{rhythm_.look(record, age_s, record.full_ttl_s, 1).within, chance, age_s, 0};
    consider(slot, {Reason::follower, situation, now + lag_ms}, now);
  }

  // What a regular client will ask for again, if the kept answer does not last until then.
  void expect_again(RecordSlot slot, ClientKey client, UnixMillis now) {
    const auto next = flows_.asked(client, records_[slot].key, now);
    if (!next || next->at + next->margin_ms < records_[slot].expires) return;
    if (2 * next->margin_ms > records_[slot].full_ttl_s * 1000LL || regulars_.size() > settings_.records) return;
    meet_later({next->at - next->margin_ms - lead_ms_, records_.ref(slot), *next});
  }

  void meet_later(const Regular& regular) {
    regulars_.push_back(regular);
    std::push_heap(regulars_.begin(), regulars_.end(), std::greater<>());
  }

  void meet_regulars(UnixMillis now) {
    while (!regulars_.empty() && regulars_.front().due <= now) {
      Regular regular = regulars_.front();
      std::pop_heap(regulars_.begin(), regulars_.end(), std::greater<>());
      regulars_.pop_back();
      const RefreshRecord* record = records_.get(regular.record);
      const UnixMillis latest = regular.next.at + regular.next.margin_ms;
      if (!record || record->ttl_s == 0 || record->expires > latest || now > latest) continue;
      if (record->expires - lead_ms_ > now) {  // no sooner than it must be: what is left of its life would be lost
        regular.due = record->expires - lead_ms_;
        meet_later(regular);
        continue;
      }
      const double age_s = seconds(now - record->asked);
      const Situation situation{rhythm_.look(*record, age_s, record->full_ttl_s, 1).within, regular.next.regularity,
                                age_s, idle_s(*record, now)};
      consider(regular.record.slot, {Reason::periodic, situation, regular.next.at}, now);
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
  Flows flows_;
  std::vector<Timer> timers_;      // a heap, earliest first
  std::vector<Regular> regulars_;  // a heap too
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
