// Whether something is wanted before the session ends: learnt from guesses that wait for their outcome.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "learn/sequence/candidates.h"
#include "learn/sequence/client_table.h"

namespace harbinger::sequence {

/// A logistic regression over what the blend and the rules say, its output calibrated by what came true. One thread.
class SoonModel {
 public:
  static constexpr std::size_t kFeatures = 8, kWaiting = 8192, kEach = 6, kLevels = 40;

  SoonModel();
  /// Sets `soon` of every candidate. After Blend::weigh.
  void weigh(Candidates& candidates, std::size_t session_length) const;
  /// Keeps some guesses for `client` until their outcome is known; fewer when many wait already. After `weigh`.
  void keep(const Candidates& candidates, std::size_t session_length, ClientTable& clients, ClientState& client);
  /// `client` wanted `resource`: guesses of it came true.
  void came(ClientState& client, TextId resource);
  /// The session of `client` is over: what still waits was wrong.
  void ended(ClientState& client);
  /// Looks after some that wait, whose clients may never come back.
  void tend(ClientTable& clients, UnixMillis now, UnixMillis gap_ms);

  using Features = std::array<float, kFeatures>;
  struct Level {
    float hits = 0, tries = 0;
  };
  struct State {
    Features weights{}, squares{};
    std::array<Level, kLevels> levels{};
  };
  State& state() noexcept { return state_; }
  const State& state() const noexcept { return state_; }
  /// Forgets what waits, after its clients were replaced.
  void forget_waiting();

 private:
  struct Waiting {
    TextId id = 0;
    std::uint32_t client = 0;
    std::int32_t next = -1;  ///< of the same client, or the next free one
    Features features{};
  };
  static Features features_of(const Candidate& candidate, std::size_t session_length);
  double raw(const Features& features) const;
  void learn(const Features& features, bool came);
  void release(std::int32_t place);

  State state_;
  std::vector<Waiting> waiting_;
  std::int32_t free_ = -1;
  std::size_t hand_ = 0, turn_ = 0;
};

}  // namespace harbinger::sequence
