// What the engine counts.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <harbinger/behaviour.h>
#include <harbinger/metrics.h>
#include <harbinger/persona_engine.h>
#include "persona/token_issuer.h"

namespace harbinger::persona {

/// The engine thread's numbers since the state was made, over restarts.
struct EngineCounts {
  std::uint64_t events = 0;          ///< dealt with
  std::uint64_t invalidations = 0;   ///< tokens taken back early
  std::uint64_t network_faults = 0;  ///< acts for which the network's answer was no number
  std::uint64_t checkpoints = 0, checkpoints_failed = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(TokenOutcome::limit)> tokens{};

  std::uint64_t& of(TokenOutcome outcome) { return tokens[static_cast<std::size_t>(outcome)]; }
  std::vector<std::uint8_t> save() const;
  bool load(std::span<const std::uint8_t> octets);
};

/// What is shown beside PersonaEngine::State.
struct EngineDetail {
  double checkpoint_s = 0;     ///< how long the last checkpoint took
  double checkpoint_at_s = 0;  ///< Unix time of the last one that was written; 0: none
  double longest_pause_s = 0;  ///< that the last checkpoint kept the engine from its work at a time
  std::uint64_t waiting = 0;   ///< acts
  std::uint64_t asks_refused = 0;
  std::string trouble;  ///< one sentence; empty when all is well
};

/// Series of an engine: harbinger_persona_engine_*.
class EngineMetrics {
 public:
  explicit EngineMetrics(Metrics& metrics);

  void reject(EventFault fault, std::uint64_t count = 1) const {
    rejected_[static_cast<std::size_t>(fault)].add(count);
  }
  /// Counts what is new since the last call. The engine thread's.
  void update(const EngineCounts& counts, const PersonaEngine::State& state);
  /// Shows the numbers of `read` and `detail` while these metrics live.
  void show(Metrics& metrics, const std::function<PersonaEngine::State()>& read,
            const std::function<EngineDetail()>& detail);
  void hide() { gauges_.clear(); }

 private:
  /// Follows a number that only grows.
  struct Followed {
    Counter counter;
    std::uint64_t before = 0;
    void follow(std::uint64_t now);
  };
  std::array<Counter, static_cast<std::size_t>(EventFault::limit)> rejected_;
  std::array<Followed, static_cast<std::size_t>(TokenOutcome::limit)> tokens_;
  Followed events_, shed_, invalidations_, faults_, published_, refused_, written_, failed_;
  std::vector<Metrics::GaugeHandle> gauges_;
};

}  // namespace harbinger::persona
