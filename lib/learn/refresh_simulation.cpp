#include "learn/refresh_simulation.h"

#include <algorithm>
#include <limits>
#include <queue>

namespace harbinger {
namespace {

constexpr std::int64_t kMicros = 1000;
constexpr auto kNobody = std::numeric_limits<std::uint32_t>::max();

// Times in here are microseconds, so that a flight of half a millisecond is one.
struct Kept {
  std::int64_t expires = 0;
  std::uint32_t ttl_s = 0, rtt_us = 0;  // of the record's latest question
  std::uint32_t full_ttl_s = 0;
  std::int64_t upstream_expires = 0;  // of what the upstream's cache has
  bool asked = false;                 // any question so far
  bool flying = false, flying_ahead = false, late_counted = false;
  bool unused_ahead = false, ahead_counts = false;
  std::int64_t arrived = 0;
};

struct Flight {
  std::int64_t done;
  std::uint64_t order;
  std::uint32_t record;
  std::uint32_t question;  // that started it, or kNobody
  bool operator>(const Flight& other) const { return done != other.done ? done > other.done : order > other.order; }
};

class Resolver {
 public:
  Resolver(const DnsFeed& feed, RefreshPlanner* planner, const RefreshSetting& setting)
      : feed_(feed),
        names_(planner ? feed : DnsFeed{}),
        planner_(planner),
        setting_(setting),
        kept_(feed.records.size()),
        waiting_(feed.records.size()) {
    for (auto question = feed.questions.rbegin(); question != feed.questions.rend(); ++question) {
      kept_[question->record].ttl_s = question->ttl_s;
      kept_[question->record].rtt_us = question->rtt_us;
      kept_[question->record].full_ttl_s = std::max(kept_[question->record].full_ttl_s, question->ttl_s);
    }
  }

  RefreshReport run() {
    if (!feed_.questions.empty()) next_tick_ = feed_.questions.front().at * kMicros;
    for (std::uint32_t i = 0; i < feed_.questions.size(); ++i) {
      pass_time(feed_.questions[i].at * kMicros);
      ask(i);
    }
    if (useful_lead_count_ != 0) report_.lead_ms = lead_sum_us_ / 1000.0 / static_cast<double>(useful_lead_count_);
    return report_;
  }

 private:
  // Everything that happens up to `now`, in its order.
  void pass_time(std::int64_t now) {
    for (;;) {
      const bool lands = !flights_.empty() && flights_.top().done <= now;
      if (planner_ && next_tick_ <= now && (!lands || next_tick_ <= flights_.top().done)) {
        tick(next_tick_);
        next_tick_ += setting_.tick_ms * kMicros;
      } else if (lands) {
        const Flight flight = flights_.top();
        flights_.pop();
        land(flight);
      } else {
        break;
      }
    }
    now_ = now;
  }

  bool counts(std::int64_t at) const { return at >= setting_.score_from * kMicros; }

  void ask(std::uint32_t index) {
    const FeedQuestion& question = feed_.questions[index];
    Kept& kept = kept_[question.record];
    const bool first = !kept.asked;
    kept.asked = true;
    kept.ttl_s = question.ttl_s;
    kept.rtt_us = question.rtt_us;
    kept.upstream_expires = now_ + question.ttl_s * 1000 * kMicros;
    if (counts(now_)) ++report_.questions;
    if (now_ < kept.expires) {
      hit(index, kept);
    } else if (kept.flying) {
      join(index, kept);
    } else {
      miss(index, kept, first);
    }
  }

  void join(std::uint32_t index, Kept& kept) {
    waiting_[feed_.questions[index].record].push_back(index);
    if (!counts(now_)) return;
    if (kept.flying_ahead && !kept.late_counted) {
      ++report_.late;
      kept.late_counted = true;
    } else {
      ++report_.joined;
    }
    report_.waited_us += static_cast<std::uint64_t>(std::max<std::int64_t>(0, kept.arrived - now_));
  }

  void hit(std::uint32_t index, Kept& kept) {
    if (counts(now_)) {
      ++report_.hits;
      use_ahead(kept);
    }
    tell(index, now_, Outcome::from_cache, static_cast<std::uint32_t>((kept.expires - now_) / (1000 * kMicros)));
  }

  void use_ahead(Kept& kept) {
    if (!kept.unused_ahead) return;
    kept.unused_ahead = false;
    if (!kept.ahead_counts) return;
    ++report_.useful;
    lead_sum_us_ += static_cast<double>(now_ - kept.arrived);
    ++useful_lead_count_;
  }

  void miss(std::uint32_t index, Kept& kept, bool first) {
    const FeedQuestion& question = feed_.questions[index];
    if (counts(now_)) {
      ++report_.misses;
      if (question.ttl_s == 0) ++report_.uncacheable;
      if (first) ++report_.cold;
      report_.waited_us += question.rtt_us;
    }
    kept.flying_ahead = false;
    fly(question.record, index, now_);
  }

  void fly(std::uint32_t record, std::uint32_t question, std::int64_t now) {
    Kept& kept = kept_[record];
    kept.flying = true;
    kept.arrived = now + kept.rtt_us;
    flights_.push({kept.arrived, order_++, record, question});
  }

  void land(const Flight& flight) {
    Kept& kept = kept_[flight.record];
    const bool ahead = kept.flying_ahead;
    kept.flying = kept.flying_ahead = false;
    const std::uint32_t ttl_s = ahead ? ttl_ahead(kept, flight.done) : kept.ttl_s;
    kept.expires = flight.done + ttl_s * 1000 * kMicros;
    kept.unused_ahead = ahead && !kept.late_counted && ttl_s != 0;
    kept.late_counted = false;
    if (ahead) {
      const auto& record = names_.records[flight.record];
      planner_->resolved(record.name, record.type, ttl_s, flight.done / kMicros);
    } else {
      tell(flight.question, flight.done, outcome(feed_.questions[flight.question]), ttl_s);
    }
    if (flight.record >= waiting_.size()) return;
    for (const std::uint32_t index : waiting_[flight.record]) {
      tell(index, flight.done, outcome(feed_.questions[index]), ttl_s);
    }
    waiting_[flight.record].clear();
  }

  std::uint32_t ttl_ahead(const Kept& kept, std::int64_t now) const {
    const std::int64_t rest = kept.upstream_expires - now;
    if (!setting_.upstream_caches || rest <= 0 || kept.ttl_s == 0) return kept.ttl_s == 0 ? 0 : kept.full_ttl_s;
    return static_cast<std::uint32_t>(rest / (1000 * kMicros));
  }

  static Outcome outcome(const FeedQuestion& question) {
    return question.negative ? Outcome::not_found : Outcome::served;
  }

  // The planner hears of a question when it is answered, as it does in the server.
  void tell(std::uint32_t index, std::int64_t at, Outcome outcome, std::uint32_t ttl_s) {
    if (!planner_) return;
    const FeedQuestion& question = feed_.questions[index];
    const auto& record = feed_.records[question.record];
    Access access;
    access.at = at / kMicros;
    access.client = question.client;
    access.resource = record.name;
    access.type = record.type;
    access.outcome = outcome;
    access.ttl_s = ttl_s;
    access.latency_us = outcome == Outcome::from_cache ? 0 : question.rtt_us;
    planner_->asked(access);
  }

  void tick(std::int64_t now) {
    wishes_.clear();
    planner_->plan(now / kMicros, wishes_);
    for (const auto& wish : wishes_) {
      const std::uint32_t record = names_.record(wish.name, wish.type);
      if (record >= kept_.size()) add_unknown();
      Kept& kept = kept_[record];
      if (kept.flying) continue;
      kept.flying_ahead = true;
      kept.ahead_counts = counts(now);
      if (kept.ahead_counts) ++report_.ahead;
      fly(record, kNobody, now);
    }
  }

  void add_unknown() {
    Kept kept;
    kept.ttl_s = kept.full_ttl_s = setting_.unknown_ttl_s;
    kept.rtt_us = setting_.unknown_rtt_us;
    kept_.push_back(kept);
  }

  const DnsFeed& feed_;
  DnsFeed names_;  // the feed's records, and those that the planner made up
  RefreshPlanner* planner_;
  const RefreshSetting setting_;
  std::vector<Kept> kept_;
  std::vector<std::vector<std::uint32_t>> waiting_;
  std::priority_queue<Flight, std::vector<Flight>, std::greater<>> flights_;
  std::vector<RefreshPlanner::Wish> wishes_;
  std::uint64_t order_ = 0, useful_lead_count_ = 0;
  std::int64_t now_ = 0, next_tick_ = 0;
  double lead_sum_us_ = 0;
  RefreshReport report_;
};

double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

}  // namespace

RefreshReport simulate_refresh(const DnsFeed& feed, RefreshPlanner* planner, const RefreshSetting& setting) {
  return Resolver(feed, planner, setting).run();
}

RefreshGain gain(const RefreshReport& with, const RefreshReport& without) {
  const auto before = static_cast<double>(without.misses);
  const double gone = before - static_cast<double>(with.misses) - static_cast<double>(with.late);
  RefreshGain result;
  result.removed = share(gone, before);
  result.removed_cacheable = share(gone, before - static_cast<double>(without.uncacheable));
  result.upstream_ratio = before > 0 ? static_cast<double>(with.upstream()) / before : 1;
  result.late = share(static_cast<double>(with.late), before);
  result.waiting_saved = share(static_cast<double>(without.waited_us) - static_cast<double>(with.waited_us),
                               static_cast<double>(without.waited_us));
  return result;
}

}  // namespace harbinger
