#include "server/replay/engine_adviser.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include <harbinger/random.h>
#include "learn/sequence/mix.h"
#include "persona/engine.h"
#include "persona/persona_table.h"

namespace harbinger::replay {

namespace {

using namespace persona;

// The trace's time, which the engine's threads read.
class TraceClock final : public Clock {
 public:
  MonotonicTime now() const override { return {now_ms_ * 1'000'000}; }
  std::chrono::system_clock::time_point calendar() const override {
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(now_ms_));
  }
  void move_to(UnixMillis at) { now_ms_ = at; }

 private:
  std::atomic<UnixMillis> now_ms_{0};
};

// Tokens guard nothing here, and each run shall be like the one before.
class Repeatable final : public Random {
 public:
  std::uint64_t next() override { return sequence::mix(++state_, 0); }

 private:
  std::atomic<std::uint64_t> state_{0};
};

class EngineAdviser final : public PersonaAdviser {
 public:
  EngineAdviser(const Trace& trace, std::unique_ptr<Network> network)
      : trace_(trace), table_(std::max<std::size_t>(trace.clients.size() * 4ULL, 1024)) {
    if (!trace.visits.empty()) clock_.move_to(trace.visits.front().at);
    const EngineWorld world{.clock = &clock_, .metrics = &metrics_, .random = &random_};
    const std::shared_ptr<const Catalogue> catalogue(&Catalogue::defaults(), [](const Catalogue*) {});
    // Only a state folder can be wrong, and there is none.
    engine_ = make_engine({}, catalogue, std::move(network), nullptr, world).value();
    watching_ = engine_->watch([this](const PersonaUpdate& update) { hear(update); });
  }
  ~EngineAdviser() override { watching_.reset(); }

  PersonaId persona_of(const Visit& visit) override {
    if (!acts_.empty() && visit.at - acts_.front().at >= kLongestHeldBack) hand_over();
    const auto look = table_.look(key_of(visit), visit.at);
    if (look.ask) ask_about(visit);
    return look.persona;
  }
  void saw(const Visit& visit) override {
    acts_.push_back({.client = key_of(visit),
                     .at = visit.at,
                     .resource = resource_of(visit),
                     .action = visit.type != 0 ? Action::query : Action::navigation,
                     .device = visit.device,
                     .outcome = visit.outcome,
                     .type = visit.type});
    if (acts_.size() >= kMostHeldBack) hand_over();
  }
  std::vector<PersonaUpdate::Successors> expected() override {
    const std::lock_guard guard(mutex_);
    return std::exchange(expected_, {});
  }

 private:
  static constexpr std::size_t kMostHeldBack = 64, kCatchUpAfter = 64;
  static constexpr UnixMillis kLongestHeldBack = 1000;

  // Spread as those of a server, which are hashes.
  static ClientKey key_of(const Visit& visit) { return sequence::mix(visit.client + 1ULL, 0); }
  // As a server would tell it: without a query string.
  std::string_view resource_of(const Visit& visit) const {
    const auto text = trace_.resources.text(visit.resource);
    return text.substr(0, std::min(text.find_first_of("?#"), BehaviourEvent::kMostText));
  }

  void ask_about(const Visit& visit) {
    PersonaAsk ask;
    ask.client = key_of(visit);
    ask.at = visit.at;
    ask.name = resource_of(visit);
    ask.device = visit.device;
    asks_.push_back(ask);
  }

  void hand_over() {
    clock_.move_to(acts_.back().at);
    if (!asks_.empty())
      engine_->assign(asks_, [this](const Result<std::vector<PersonaAssignment>>& assigned) {
        if (!assigned) return;
        for (const auto& each : *assigned) table_.assign(each, PersonaTable::Place::make);
      });
    std::promise<void> dealt_with;
    engine_->report(acts_, [&](const Result<PersonaEngine::Receipt>&) { dealt_with.set_value(); });
    dealt_with.get_future().wait();
    // Now and then it also gets the time for what it does beside, which is more than the trace leaves it.
    behind_ += acts_.size();
    if (behind_ >= kCatchUpAfter) {
      engine_->catch_up();
      behind_ = 0;
    }
    asks_.clear();
    acts_.clear();
  }

  // On the engine's thread.
  void hear(const PersonaUpdate& update) {
    for (const auto& each : update.assignments) table_.assign(each, PersonaTable::Place::only_known);
    const std::lock_guard guard(mutex_);
    expected_.insert(expected_.end(), update.successors.begin(), update.successors.end());
  }

  const Trace& trace_;
  PersonaTable table_;
  TraceClock clock_;
  Repeatable random_;
  Metrics metrics_;
  std::size_t behind_ = 0;
  std::vector<PersonaAsk> asks_;
  std::vector<BehaviourEvent> acts_;
  std::mutex mutex_;
  std::vector<PersonaUpdate::Successors> expected_;
  std::unique_ptr<LocalEngine> engine_;
  std::shared_ptr<void> watching_;
};

}  // namespace

std::unique_ptr<PersonaAdviser> make_engine_adviser(const Trace& trace, std::unique_ptr<Network> network) {
  return std::make_unique<EngineAdviser>(trace, std::move(network));
}

}  // namespace harbinger::replay
