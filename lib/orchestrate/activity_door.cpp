#include "orchestrate/activity_door.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include <harbinger/random.h>
#include "base/calendar.h"
#include "orchestrate/activity_words.h"

namespace harbinger::orchestrate {

namespace {

constexpr std::size_t kFaults = static_cast<std::size_t>(ActivityFault::limit);

void write_key(std::uint64_t key, std::string& to) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) to += kDigits[(key >> shift) & 15];
}

// More than anybody means: a number of another unit, or a made-up one.
bool too_large(const Need& need) {
  constexpr std::uint32_t kMostCount = 100'000, kMostGb = 100'000'000, kMostMbps = 100'000'000;
  return need.count > kMostCount || need.storage_gb > kMostGb || need.bandwidth_mbps > kMostMbps;
}

float share(float told) { return std::isfinite(told) && told >= 0 && told <= 1 ? told : -1; }

class Door final : public ActivityDoor {
 public:
  Door(Settings settings, World world)
      : settings_(settings),
        world_(std::move(world)),
        flood_(settings_.flood, system_random().next()),
        heard_(settings_.most_remembered, settings_.repeats, system_random().next()) {
    if (world_.metrics) register_metrics(*world_.metrics);
  }
  ~Door() override { flush(); }

  ActivityFault let_in(const ActivityRecord& record, std::string_view sensor) override {
    const std::lock_guard lock(mutex_);
    const auto now = calendar_ms(*world_.clock);
    const auto fault = take(record, lane_of(sensor), now, world_.clock->now());
    count(fault);
    return fault;
  }

  void refuse(ActivityFault fault) override {
    const std::lock_guard lock(mutex_);
    count(fault);
  }

  void tick() override {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, lane] : lanes_) lane->order.tick(world_.clock->now());
    tell_late();
  }

  void flush(std::string_view sensor) override {
    const std::lock_guard lock(mutex_);
    lane_of(sensor).order.end();
    tell_late();
  }

  void flush() override {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, lane] : lanes_) lane->order.end();
    tell_late();
  }

  std::size_t room() override {
    const std::lock_guard lock(mutex_);
    return look_for_room();
  }

  Counts counts() const override {
    const std::lock_guard lock(mutex_);
    auto counts = counts_;
    counts.late = late();
    return counts;
  }

 private:
  struct Nothing {};

  // Acts of one sensor; of several, where there are more than kLanes.
  struct Lane {
    ActOrder order;
    UnixMillis latest = 0;
  };
  static constexpr std::size_t kLanes = 16;

  Lane& lane_of(std::string_view sensor) {
    for (const auto& [name, lane] : lanes_)
      if (name == sensor) return *lane;
    if (lanes_.size() == kLanes) return *lanes_[resource_hash(sensor) % kLanes].second;
    ActOrder order(settings_.order, [this](std::span<const Activity> acts) { hand_on(acts); });
    lanes_.emplace_back(sensor, std::make_unique<Lane>(std::move(order)));
    return *lanes_.back().second;
  }

  void register_metrics(Metrics& metrics) {
    const auto counter = [&](std::string_view result) {
      return metrics.counter("harbinger_activity_acts_total", "Acts that sensors told, by what became of them.",
                             {{"result", std::string(result)}});
    };
    results_[0] = counter("taken");
    for (std::size_t i = 1; i < kFaults; ++i) results_[i] = counter(to_string(static_cast<ActivityFault>(i)));
    shed_ = metrics.counter("harbinger_activity_shed_total", "Acts that were let in and found no room in the engine.");
    late_ = metrics.counter("harbinger_activity_late_total", "Acts that came after later ones had gone on.");
  }

  ActivityFault take(const ActivityRecord& record, Lane& lane, UnixMillis now, MonotonicTime when) {
    if (record.actor.empty()) return ActivityFault::no_actor;
    if (record.verb.empty()) return ActivityFault::shape;
    Activity act;
    const auto at = time_of(record, now);
    if (!at) return ActivityFault::bad_time;
    act.at = *at;
    if (const auto fault = fault_of(act.at, now); fault != ActivityFault::none) return fault;
    if (record.asks && too_large(*record.asks)) return ActivityFault::too_large;
    act.actor = world_.keys->key_of(record.actor, now);
    write_words(record, act, now);
    copy_plain(record, act);
    if (room_ == 0 && look_for_room() == 0) return ActivityFault::shed;
    if (repeats(act, record, when)) return ActivityFault::repeated;
    if (flood_.cuts(act.actor, act.at, when)) return ActivityFault::flood;
    put(act, lane, now, when);
    --room_;
    return ActivityFault::none;
  }

  // Nothing for what is before 1970 or after the year 9999.
  static std::optional<UnixMillis> time_of(const ActivityRecord& record, UnixMillis now) {
    constexpr UnixMillis kYear10000 = 253'402'300'800'000;
    const auto can_be = [](UnixMillis at) { return at >= 0 && at < kYear10000; };
    if (!record.at) return now;
    if (!can_be(*record.at) || !can_be(record.sent.value_or(0))) return std::nullopt;
    const auto at = record.sent ? *record.at - *record.sent + now : *record.at;
    return can_be(at) ? std::optional(at) : std::nullopt;
  }

  ActivityFault fault_of(UnixMillis at, UnixMillis now) const {
    if (settings_.oldest.count() == 0) return ActivityFault::none;
    if (at > now + settings_.ahead.count()) return ActivityFault::from_the_future;
    return at < now - settings_.oldest.count() ? ActivityFault::too_old : ActivityFault::none;
  }

  // Texts as they may be kept, one behind the other.
  void write_words(const ActivityRecord& record, Activity& act, UnixMillis now) {
    texts_.clear();
    std::array<std::size_t, 4> ends{};
    write_kept_words(record.verb, texts_);
    ends[0] = texts_.size();
    write_kept_words(record.kind, texts_);
    ends[1] = texts_.size();
    write_kept_words(record.source, texts_);
    ends[2] = texts_.size();
    write_scope(record, now);
    ends[3] = texts_.size();
    std::size_t from = 0;
    for (std::size_t i = 0; auto* const text : {&act.verb, &act.kind, &act.source, &act.scope}) {
      *text = std::string_view(texts_).substr(from, ends[i] - from);
      from = ends[i++];
    }
  }

  void write_scope(const ActivityRecord& record, UnixMillis now) {
    if (record.scope.empty()) return;
    if (!record.scope_is_private) return write_kept_words(record.scope, texts_);
    if (settings_.keep_scopes) return write_whole(record.scope, texts_);
    if (const auto purpose = purpose_of(record.scope); !purpose.empty())
      texts_ += purpose;
    else
      write_key(world_.keys->scope_key_of(record.scope, now), texts_);
  }

  void copy_plain(const ActivityRecord& record, Activity& act) {
    act.outcome = record.outcome;
    act.actor_class = record.actor_class;
    act.changes = record.changes;
    act.latency_ms = record.latency_ms;
    act.used_cpu = share(record.used_cpu);
    act.used_memory = share(record.used_memory);
    if (!record.asks) return;
    need_ = *record.asks;
    for (auto* const text : {&need_.kind, &need_.machine, &need_.image, &need_.security}) {
      word_.clear();
      write_whole(*text, word_);
      *text = word_;
    }
    act.asks = &need_;
  }

  // Without an id, and told to the second only, an act may well have been done twice.
  bool repeats(const Activity& act, const ActivityRecord& record, MonotonicTime when) {
    if (record.request.empty() && (!record.at || act.at % 1000 == 0)) return false;
    const auto at = record.at ? static_cast<std::uint64_t>(act.at) : 0;
    std::array<std::uint64_t, 5> parts{act.actor, at, resource_hash(act.verb), resource_hash(act.kind),
                                       record.request.empty() ? 0 : resource_hash(record.request)};
    const auto key = resource_hash({reinterpret_cast<const char*>(parts.data()), sizeof parts});
    if (heard_.find(key, when)) return true;
    heard_.make(key, when);
    return false;
  }

  // A clock that is ahead must not hurry those whose clocks are right.
  void put(const Activity& act, Lane& lane, UnixMillis now, MonotonicTime when) const {
    const auto at = settings_.oldest.count() == 0 ? act.at : std::min(act.at, now);
    lane.latest = std::max(lane.latest, at);
    lane.order.put(act, lane.latest, when);
  }

  // What is held back will want its place.
  std::size_t look_for_room() {
    std::size_t held = 0;
    for (const auto& [name, lane] : lanes_) held += lane->order.held();
    const auto room = world_.room ? world_.room() : std::numeric_limits<std::size_t>::max();
    return room_ = room - std::min(room, held);
  }

  void hand_on(std::span<const Activity> acts) {
    const auto shed = acts.size() - std::min(world_.sink(acts), acts.size());
    counts_.shed += shed;
    shed_.add(shed);
  }

  void count(ActivityFault fault) {
    const auto place = static_cast<std::size_t>(fault);
    if (place >= kFaults) return;
    ++(fault == ActivityFault::none ? counts_.taken : counts_.faults[place]);
    results_[place].add();
  }

  std::uint64_t late() const {
    std::uint64_t late = 0;
    for (const auto& [name, lane] : lanes_) late += lane->order.late();
    return late;
  }

  void tell_late() {
    const auto now = late();
    late_.add(now - told_late_);
    told_late_ = now;
  }

  const Settings settings_;
  const World world_;
  mutable std::mutex mutex_;
  FloodGuard flood_;
  provision::AgingTable<Nothing> heard_;
  std::string texts_, word_;  // of the act that comes in
  Need need_;
  Counts counts_;
  std::size_t room_ = 0;  // for so many more there is some, as far as we know
  std::array<Counter, kFaults> results_;
  Counter shed_, late_;
  std::uint64_t told_late_ = 0;
  std::vector<std::pair<std::string, std::unique_ptr<Lane>>> lanes_;  // by sensor
};

}  // namespace

std::unique_ptr<ActivityDoor> ActivityDoor::make(Settings settings, World world) {
  return std::make_unique<Door>(settings, std::move(world));
}

}  // namespace harbinger::orchestrate
