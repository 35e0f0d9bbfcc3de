// Between the workers and the engine: takes events out of the workers' rings, hands them over in batches, and writes what is answered into the
// table. What an engine does, or does not do, is felt here and nowhere else.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/persona_engine.h>
#include <harbinger/worker_rings.h>
#include "persona/circuit.h"
#include "persona/engine_calls.h"
#include "persona/persona_events.h"
#include "persona/persona_metrics.h"
#include "persona/persona_table.h"

namespace harbinger::persona {

class PersonaFeed {
 public:
  struct Settings {
    std::size_t ring = 2048;       ///< events of a worker that may wait
    std::size_t batch = 1024;      ///< in one call, at most
    std::size_t backlog = 32'768;  ///< events, and asks, that wait for an engine that is away; the oldest are dropped
    std::size_t calls = 4;         ///< under way at a time
    Duration patience =
        std::chrono::seconds(1);  ///< a call that takes longer has failed, though its answer is taken when it comes
    Circuit::Settings circuit{};
  };

  /// `engine` is told of nothing and calls nothing any more when this is gone. `table` and `metrics` live longer.
  PersonaFeed(const Settings& settings, std::shared_ptr<PersonaEngine> engine, PersonaTable& table,
              const PersonaMetrics& metrics, const Clock& clock);
  ~PersonaFeed();

  // Any thread; on a worker no lock and no allocation.
  bool asked(const PersonaAsk& ask) noexcept {
    return asked_.push_with([&](Asked& event) { event.fill(ask); });
  }
  /// Of the kind `query`; what only other kinds have is not handed on.
  bool acted(const BehaviourEvent& act) noexcept {
    return acted_.push_with([&](Acted& event) { event.fill(act); });
  }

  /// The feeding thread's: one round.
  void work();

  Circuit::State circuit() const { return circuit_state_.load(std::memory_order_relaxed); }

 private:
  struct Answers;  // what the engine's threads may touch, and until when

  void drain();
  void judge(const EngineCalls::Seen& seen, MonotonicTime now);
  void ask(MonotonicTime now);
  void report(MonotonicTime now);
  template <class T>
  void keep_newest(std::deque<T>& waiting);

  const Settings settings_;
  const Clock& clock_;
  const PersonaMetrics& metrics_;
  const std::shared_ptr<PersonaEngine> engine_;
  const std::shared_ptr<Answers> answers_;
  WorkerRings<Asked> asked_;
  WorkerRings<Acted> acted_;
  Circuit circuit_;
  std::atomic<Circuit::State> circuit_state_{Circuit::State::closed};
  std::deque<Asked> asks_;
  std::deque<Acted> acts_;
  std::vector<PersonaAsk> ask_batch_;
  std::vector<BehaviourEvent> act_batch_;
  std::uint64_t dropped_before_ = 0;
};

}  // namespace harbinger::persona
