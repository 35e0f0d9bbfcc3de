#include "steer/steering_service.h"

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <mutex>
#include <thread>

#include <harbinger/persona_directory.h>
#include <harbinger/repeater.h>
#include "steer/make_pool.h"

namespace harbinger::steer {

namespace {

using namespace std::chrono_literals;

constexpr auto kRound = 200ms;
constexpr auto kOldest = 5s;  // unrest fades, though nothing happens
constexpr std::size_t kMostPools = 4096;
constexpr std::size_t kMostWaiting = 65'536;  // measurements
constexpr std::array<std::string_view, 3> kSources{"probe", "edge", "browser"};

struct Measurement {
  ClientGroup group;
  EndpointId endpoint;
  double ms;
  Conditions::Source source;
  bool lost;
  MonotonicTime at;
};

class Steering final : public SteeringService {
 public:
  explicit Steering(const World& world);
  ~Steering() override;

  EndpointBook& book() override { return book_; }
  const StateTable& states() const noexcept override { return *states_.load(); }
  Result<std::shared_ptr<const Pool>> make_pool(PoolSettings settings) override;
  bool measured(const ClientGroup& group, std::string_view endpoint, double rtt_ms,
                Conditions::Source source) override {
    return take(group, endpoint, rtt_ms, source, false);
  }
  bool lost(const ClientGroup& group, std::string_view endpoint, double after_ms, Conditions::Source source) override {
    return take(group, endpoint, after_ms, source, true);
  }
  Conditions::Terms explain(const ClientGroup& group, EndpointId endpoint) const override;
  void look(const std::function<void(const StateTable&)>& see) const override {
    const std::lock_guard guard(compiling_);
    see(*states_.load());
  }
  std::shared_ptr<void> on_change(EndpointBook::Listener listener) override;
  void catch_up() override;

 private:
  bool take(const ClientGroup& group, std::string_view endpoint, double ms, Conditions::Source source, bool lost);
  void changed(const EndpointBook::Change& change);
  void round();
  void learn();
  void publish();
  void show_endpoints();

  const World world_;
  EndpointBook book_;
  rcu::Published<StateTable> states_;

  mutable std::mutex compiling_;  // of conditions_ and what is published; the book's own lock is taken within
  std::unique_ptr<Conditions> conditions_ = make_conditions();
  std::shared_ptr<const ConditionTable> ways_;
  std::map<std::uint16_t, std::weak_ptr<const Pool>> pools_;
  std::atomic<bool> dirty_{true};
  std::atomic<MonotonicTime> published_{};

  std::mutex waiting_lock_;
  std::vector<Measurement> waiting_;
  std::mutex telling_;
  std::list<EndpointBook::Listener> listeners_;

  std::array<Counter, kSources.size()> measurements_;
  Counter refused_, dropped_, compiled_, ups_, downs_;
  std::map<EndpointId, std::vector<Metrics::GaugeHandle>> gauges_;  // of the thread that rounds
  std::shared_ptr<void> renamed_, listening_;
  std::unique_ptr<Repeater> thread_;
};

Steering::Steering(const World& world) : world_(world), book_(*world.clock) {
  auto& metrics = *world.metrics;
  for (std::size_t i = 0; i < kSources.size(); ++i)
    measurements_[i] =
        metrics.counter("harbinger_steer_measurements_total", "Measurements of ways that were learnt from",
                        {{"source", std::string(kSources[i])}});
  refused_ = metrics.counter("harbinger_steer_measurements_refused_total", "Measurements that can be none");
  dropped_ = metrics.counter("harbinger_steer_measurements_dropped_total", "Measurements lost because too many came");
  compiled_ = metrics.counter("harbinger_steer_compiled_total", "Tables made for choosing");
  ups_ = metrics.counter("harbinger_steer_changes_total", "Endpoints that went up or down", {{"to", "up"}});
  downs_ = metrics.counter("harbinger_steer_changes_total", "Endpoints that went up or down", {{"to", "down"}});
  publish();
  listening_ = book_.listen([this](const auto& change) { changed(change); });
  renamed_ = persona_directory().hear_renamed([this] { dirty_ = true; });
  thread_ = std::make_unique<Repeater>(kRound, [this] { round(); });
}

Steering::~Steering() {
  thread_.reset();
  renamed_.reset();
  listening_.reset();
}

void Steering::changed(const EndpointBook::Change& change) {
  if (!change.urgent && !change.redefined) {
    dirty_ = true;
    return;
  }
  publish();
  if (change.urgent) (change.up ? ups_ : downs_).add();
  const std::lock_guard guard(telling_);
  for (const auto& listener : listeners_) listener(change);
}

void Steering::round() {
  book_.tick();
  learn();
  if (dirty_.exchange(false) || world_.clock->now() - published_.load() > kOldest) publish();
  show_endpoints();
}

void Steering::learn() {
  std::vector<Measurement> taken;
  {
    const std::lock_guard guard(waiting_lock_);
    taken.swap(waiting_);
  }
  const std::lock_guard guard(compiling_);
  bool learnt = false;
  for (const auto& each : taken) {
    const bool good = each.lost ? conditions_->lost(each.group, each.endpoint, each.ms, each.source, each.at)
                                : conditions_->measured(each.group, each.endpoint, each.ms, each.source, each.at);
    (good ? measurements_[static_cast<std::size_t>(each.source)] : refused_).add();
    learnt = learnt || good;
  }
  // Cells that nobody measures drift back, so ways are looked at anew in every round.
  ways_ = conditions_->compile(world_.clock->now());
  if (learnt) dirty_ = true;
}

void Steering::publish() {
  const std::lock_guard guard(compiling_);
  if (!ways_) ways_ = conditions_->compile(world_.clock->now());
  std::vector<std::shared_ptr<const Pool>> pools;
  for (const auto& [number, pool] : pools_)
    if (auto alive = pool.lock()) pools.push_back(std::move(alive));
  states_.publish(new StateTable(book_.entries(), pools, ways_, persona_directory().personas()));
  published_ = world_.clock->now();
  compiled_.add();
}

// A gauge for each endpoint that is defined. Without a lock: whoever collects metrics holds theirs while it asks the book.
void Steering::show_endpoints() {
  std::map<EndpointId, std::vector<Metrics::GaugeHandle>> there;
  for (const auto& entry : book_.entries()) {
    if (const auto known = gauges_.find(entry.id); known != gauges_.end()) {
      there.insert(gauges_.extract(known));
      continue;
    }
    const Labels labels{{"endpoint", entry.endpoint.name}};
    const auto state = [this, id = entry.id] { return book_.state_of(id).value_or(EndpointState{}); };
    there[entry.id] = {
        world_.metrics->gauge(
            "harbinger_steer_endpoint_up", "Whether an endpoint is up", [state] { return state().up ? 1.0 : 0.0; },
            labels),
        world_.metrics->gauge(
            "harbinger_steer_endpoint_load", "The load that an endpoint is said to have; NaN: nobody said",
            [state] { return static_cast<double>(state().load); }, labels)};
  }
  gauges_ = std::move(there);
}

Result<std::shared_ptr<const Pool>> Steering::make_pool(PoolSettings settings) {
  if (auto checked = check_pool(settings); !checked) return fail(checked.error());
  std::shared_ptr<const Pool> pool;
  {
    const std::lock_guard guard(compiling_);
    std::erase_if(pools_, [](const auto& each) { return each.second.expired(); });
    if (pools_.size() >= kMostPools)
      return fail(ErrorCode::too_large, "more than " + std::to_string(kMostPools) + " pools");
    std::uint16_t number = 1;
    while (pools_.contains(number)) ++number;
    pool = make_filtered_pool(std::move(settings), number);
    pools_[number] = pool;
  }
  publish();
  return pool;
}

bool Steering::take(const ClientGroup& group, std::string_view endpoint, double ms, Conditions::Source source,
                    bool lost) {
  const auto id = book_.id_of(endpoint);
  if (!id || !(ms > 0 && ms <= 60'000)) {
    refused_.add();
    return false;
  }
  const std::lock_guard guard(waiting_lock_);
  if (waiting_.size() >= kMostWaiting) {
    waiting_.erase(waiting_.begin(), waiting_.begin() + kMostWaiting / 2);
    dropped_.add(kMostWaiting / 2);
  }
  waiting_.push_back({group, *id, ms, source, lost, world_.clock->now()});
  return true;
}

Conditions::Terms Steering::explain(const ClientGroup& group, EndpointId endpoint) const {
  const std::lock_guard guard(compiling_);
  return conditions_->explain(group, endpoint, world_.clock->now());
}

std::shared_ptr<void> Steering::on_change(EndpointBook::Listener listener) {
  const std::lock_guard guard(telling_);
  const auto place = listeners_.insert(listeners_.end(), std::move(listener));
  return {&*place, [this, place](void*) {
            const std::lock_guard wait(telling_);
            listeners_.erase(place);
          }};
}

void Steering::catch_up() {
  book_.tick();
  learn();
  publish();
}

}  // namespace

// A world of its own for each clock, as tests have several in one process.
std::shared_ptr<SteeringService> SteeringService::shared(const World& world) {
  static std::mutex lock;
  static std::map<const Clock*, std::weak_ptr<SteeringService>> known;
  const std::lock_guard guard(lock);
  if (auto alive = known[world.clock].lock()) return alive;
  const auto made = std::make_shared<Steering>(world);
  known[world.clock] = made;
  std::erase_if(known, [](const auto& each) { return each.second.expired(); });
  return made;
}

}  // namespace harbinger::steer
