#include <harbinger/refresh_planner.h>

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <string>

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
constexpr double kWorthARecord = 0.15;
constexpr double kMillis = 1000;

double seconds(UnixMillis span) { return static_cast<double>(span) / kMillis; }

// In octaves from a 32nd of the TTL, 1 to 15.
std::uint8_t gap_of_life(UnixMillis gap, std::uint32_t ttl_s) {
  const auto parts =
      static_cast<std::uint64_t>(std::max<UnixMillis>(gap, 0)) * 32 / (1000 * std::max<std::uint64_t>(ttl_s, 1));
  return static_cast<std::uint8_t>(std::min(1 + static_cast<int>(std::bit_width(parts)), 15));
}

class Planner final : public RefreshPlanner {
 public:
  explicit Planner(Settings settings)
      : settings_(settings),
        budget_(settings.extra_upstream, settings.floor),
        records_(settings.records),
        trails_(settings.records / kRecordsPerClient),
        habits_(settings.records / 2),
        flows_(settings.records) {}

  void asked(const Access& access) override {
    const UnixMillis now = steady(access.at);
    const std::uint64_t name_hash = resource_hash(access.resource);
    const RecordSlot slot = obtain(name_hash, access.resource, access.type, now);
    RefreshRecord& record = records_[slot];
    ++state_.questions;
    settle(record, now, true);
    if (record.asked_times != 0) {
      rhythm_.end(record, seconds(now - record.asked));
      record.gap_before = record.last_gap;
      record.last_gap = gap_of_life(now - record.asked, record.full_ttl_s);
    }
    record.asked = now;
    ++record.asked_times;
    record.renewals = 0;
    record.client = access.client;
    if (record.hits < 65535) ++record.hits;
    record.clients |= static_cast<std::uint16_t>(1U << ((access.client * 0x9e3779b97f4a7c15U) >> 60));
    keep_account(record, access, now);
    wake(slot, std::max(record.expires - lead_ms_, now + kShortestNapMs));
    expect_again(slot, access.client, now);
    trails_.count_type(access.client, access.type);
    const RecordSlot head = head_of(slot);
    if (trails_.step(access.client, records_.ref(head), now, records_, habits_))
      expect_followers(head, access.client, now);
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
    for (auto& trial : record.trials)
      if (trial.planned) trial.until = record.expires;
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
    state.bytes = records_.bytes() + trails_.bytes() + habits_.bytes() + flows_.bytes() +
                  timers_.capacity() * sizeof(Timer) + regulars_.capacity() * sizeof(Regular) + judge_.bytes();
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
    ClientKey client;
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
    for (std::size_t reason = 0; reason < kReasons; ++reason) settle(record, reason, now, was_asked);
  }

  void settle(RefreshRecord& record, std::size_t reason, UnixMillis now, bool was_asked) {
    Trial& trial = record.trials[reason];
    if (trial.until == 0) return;
    const bool came_true = was_asked && now <= trial.until;
    judge_.learn(static_cast<Reason>(reason), trial.signs, came_true);
    if (trial.planned) {
      budget_.settled(trial.cost);
      ++(came_true ? state_.useful : state_.wasted);
      if (came_true) ++state_.useful_for[reason];
    }
    trial.until = 0;
    trial.planned = false;
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
    for (std::size_t reason = 0; reason < kReasons; ++reason)
      if (record.trials[reason].until <= now + lead_ms_) settle(record, reason, now, false);
    if (age > kLongestGapMs || record.asked_times == 0) return;
    if (record.ttl_s == 0) return wake(slot, next_look(age, now, 0));
    const auto outlook = rhythm_.look(record, seconds(age), record.full_ttl_s, budget_.price());
    Situation situation = situation_of(record, record.client, now);
    situation.rhythm = outlook.within;
    Prospect prospect{Reason::renewal, situation, std::max(record.expires, now)};
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
    if (record.planned() || record.in_flight_until > now) return;
    const Signs signs = RefreshJudge::signs(record, prospect.situation);
    const double p = judge_.probability(prospect.reason, signs);
    const double cost = cost_of(prospect, p, record, now);
    const bool later = prospect.outlook && prospect.outlook->best_s > 0;
    const bool worth = !later && p >= settings_.floor && p >= budget_.price() * cost && ready_.size() < kMostReady;
    Trial& trial = record.trials[static_cast<std::size_t>(prospect.reason)];
    if (trial.until != 0 && trial.until <= now) settle(record, static_cast<std::size_t>(prospect.reason), now, false);
    if (trial.until == 0 || worth) {
      trial.until = now + std::max<UnixMillis>(record.full_ttl_s, 1) * 1000LL;
      trial.signs = signs;
      trial.cost = static_cast<float>(cost);
    }
    if (!worth) return;
    trial.planned = true;
    record.in_flight_until = now + kFlightLimitMs;
    budget_.planned(cost);
    ++state_.planned;
    ++state_.planned_for[static_cast<std::size_t>(prospect.reason)];
    ready_.push_back({records_.ref(slot), prospect.reason, p, prospect.needed_by});
  }

  // What follows a question of `client`.
  struct Sequel {
    ClientKey client;
    double chance;
    std::uint32_t support;
    UnixMillis lag_ms;
    std::uint8_t own_times, own_led;
  };

  // Everybody's followers of the record, then those of this client alone.
  void expect_followers(RecordSlot slot, ClientKey client, UnixMillis now) {
    const auto followers = records_[slot].followers;
    const std::uint16_t led_times = records_[slot].led_times;
    const Habits::Line own = habits_.lead(client, records_[slot].key);
    for (const Follower& follower : followers) {
      if (follower.times == 0) continue;
      Sequel sequel{client, follows(led_times, follower), led_times, follower.lag_ms, 0, own.led};
      for (const auto& mine : own.followers)
        if (mine.record == follower.record) sequel.own_times = mine.times;
      expect_name(follower.record, sequel, now);
    }
    for (const auto& mine : own.followers) {
      const bool told = std::any_of(followers.begin(), followers.end(), [&](const Follower& each) {
        return each.times != 0 && each.record == mine.record;
      });
      if (mine.times == 0 || told) continue;
      expect_name(mine.record, {client, follows(own, mine), 0, mine.lag_ms, mine.times, own.led}, now);
    }
  }

  // All types of the name.
  void expect_name(RecordRef ref, const Sequel& sequel, UnixMillis now) {
    if (!records_.get(ref)) return;
    const std::uint64_t name_hash = records_[ref.slot].name_hash;
    expect_follower(ref.slot, sequel, now);
    if (records_[ref.slot].type != kHeadType) return;
    for (const std::uint16_t type : kOtherTypes) {
      const RecordSlot other = records_.find(RecordTable::key_of(name_hash, type));
      if (other != kNoSlot) {
        expect_follower(other, sequel, now);
      } else if (const RefreshRecord* head = records_.get(ref)) {
        expect_first(*head, type, sequel, now);
      }
    }
  }

  // A type of the name that nobody asked for yet, though this client would.
  void expect_first(const RefreshRecord& head, std::uint16_t type, const Sequel& sequel, UnixMillis now) {
    if (sequel.chance * trails_.habit(sequel.client, type) < kWorthARecord) return;
    const std::string name = head.name;  // `head` may move, or make room
    const std::uint32_t ttl_s = head.full_ttl_s;
    const RecordSlot slot = obtain(head.name_hash, name, type, now);
    records_[slot].ttl_s = records_[slot].full_ttl_s = ttl_s;
    expect_follower(slot, sequel, now);
  }

  void expect_follower(RecordSlot slot, const Sequel& sequel, UnixMillis now) {
    RefreshRecord& record = records_[slot];
    if (record.ttl_s == 0 || record.expires > now + sequel.lag_ms + lead_ms_) return;
    Situation situation = situation_of(record, sequel.client, now);
    situation.rhythm = rhythm_.within(record, situation.age_s, record.full_ttl_s);
    situation.specific = sequel.chance * situation.habit;
    situation.support = sequel.support;
    situation.own_times = sequel.own_times;
    situation.own_led = sequel.own_led;
    const auto to = static_cast<std::uint32_t>(sequel.client >> 32);
    const bool same = record.heard_by == to && now - record.heard_at < Trails::kWindowMs;
    situation.heard = same ? record.heard : 0;
    record.heard = static_cast<float>(same ? 1 - (1 - record.heard) * (1 - situation.specific) : situation.specific);
    record.heard_by = to;
    record.heard_at = now;
    consider(slot, {Reason::follower, situation, now + sequel.lag_ms}, now);
  }

  Situation situation_of(const RefreshRecord& record, ClientKey client, UnixMillis now) const {
    const auto& trail = trails_.of(client);
    const bool known = trail.client == client && trail.length > 0;
    const UnixMillis own = flows_.last(client, record.key);
    Situation situation;
    situation.age_s = seconds(now - record.asked);
    situation.idle_s = seconds(now - (known ? trail.steps[0].at : record.asked));
    situation.own_age_s = own == 0 ? -1 : seconds(now - own);
    situation.habit = trails_.habit(client, record.type);
    return situation;
  }

  // What a regular client will ask for again, if the kept answer does not last until then.
  void expect_again(RecordSlot slot, ClientKey client, UnixMillis now) {
    const auto next = flows_.asked(client, records_[slot].key, now);
    if (!next || next->at + next->margin_ms < records_[slot].expires) return;
    if (2 * next->margin_ms > records_[slot].full_ttl_s * 1000LL || regulars_.size() > settings_.records) return;
    meet_later({next->at - next->margin_ms - lead_ms_, records_.ref(slot), client, *next});
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
      Situation situation = situation_of(*record, regular.client, now);
      situation.rhythm = rhythm_.within(*record, situation.age_s, record->full_ttl_s);
      situation.specific = regular.next.regularity;
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
  Habits habits_;
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
