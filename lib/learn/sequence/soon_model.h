// Whether something is wanted before the session ends: learnt from guesses that wait for their outcome.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "learn/sequence/candidates.h"
#include "learn/sequence/client_table.h"
#include "learn/sequence/evidence.h"

namespace harbinger::sequence {

/// "Soon" is within this session and its next kHorizon steps, for what was not wanted in it yet. A logistic regression over the same terms as the blend, with cells of its own, and over what the blend says. Its output is calibrated by
/// what came true. A guess is learnt as wrong when it is made and set right when it comes (Ktena and others, "Addressing Delayed Feedback for
/// Continuous Training", 2019): what is slow to fail does not look as if it never did. One thread.
class SoonModel {
 public:
  static constexpr std::size_t kWaiting = 16384, kEach = 12, kLevels = 40, kHorizon = 64;
  /// Per term a weight for its log odds and one for its silence; a bias; log odds of `next`; the rules' shares; the session's length; shares.
  static constexpr std::size_t kFeatures = 2 * kTerms + 4 + kShares;

  SoonModel();
  /// Sets `soon` of every candidate. After Blend::weigh.
  void weigh(Candidates& candidates, std::size_t session_length) const;
  /// Keeps some guesses for `client` until their outcome is known; fewer when many wait already, and only what is likelier than it was said
  /// to be before. After `weigh`.
  void keep(Candidates& candidates, std::size_t session_length, ClientTable& clients, ClientState& client);
  /// `client` wanted `resource`: guesses of it came true.
  void came(ClientState& client, TextId resource);
  /// The session of `client` is over: what still waits stays wrong.
  void ended(ClientState& client);
  /// Looks after some that wait, whose clients may never come back.
  void tend(ClientTable& clients, UnixMillis now, UnixMillis gap_ms);

  struct Level {
    float hits = 0, tries = 0;
  };
  struct State {
    std::array<float, kFeatures> weights{}, squares{};
    std::array<Level, kLevels> levels{};
  };
  State& state() noexcept { return state_; }
  const State& state() const noexcept { return state_; }
  Evidence& evidence() noexcept { return evidence_; }
  const Evidence& evidence() const noexcept { return evidence_; }
  /// Forgets what waits, after its clients were replaced.
  void forget_waiting();

 private:
  /// What a guess looked like when it was made.
  struct Guessed {
    std::uint32_t terms = 0;
    std::array<std::uint16_t, kTerms> cells{};
    std::array<float, kShares> shares{};
    float next = 0, within = 0, length = 0;
  };
  struct Waiting {
    TextId id = 0;
    std::uint32_t client = 0;
    std::int32_t following = -1;  ///< of the same client, or the next free one
    std::uint16_t step = 0;       ///< of the session, when it was guessed
    float soon = 0;               ///< what was said
    Guessed guessed{};
  };
  static Guessed guessed_of(const Candidate& candidate, std::size_t session_length);
  template <class Use>
  void for_each_feature(const Guessed& guessed, Use use) const;
  void remember(Candidates& candidates, const ClientState& client) const;
  double raw(const Guessed& guessed) const;
  void learn_wrong(const Guessed& guessed);
  void set_right(const Guessed& guessed);
  void move(const Guessed& guessed, float miss);
  void release(std::int32_t place);
  void release_all(std::int32_t& first);

  State state_;
  Evidence evidence_;
  std::vector<Waiting> waiting_;
  std::int32_t free_ = -1;
  std::size_t hand_ = 0, turn_ = 0;
};

}  // namespace harbinger::sequence
