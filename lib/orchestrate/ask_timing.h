// When a user will ask for something: a distribution over times, learnt from users as they were at moments of all kinds.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include <harbinger/access.h>
#include "orchestrate/activity.h"
#include "orchestrate/context_mixer.h"
#include "orchestrate/need_user.h"

namespace harbinger::orchestrate {

/// Users are looked at after acts, and at other moments; what came of each look is known when the user asks, or when eight horizons went by. Of many
/// looks only some are kept, chosen before anything is known of how they end, so that what is stated holds for all. One thread.
class AskTiming {
 public:
  static constexpr std::size_t kMostPending = 65'536, kMostOfUser = 32;

  explicit AskTiming(double horizon_ms);

  struct Outlook {
    float within = 0;       ///< probability that something is asked for within the horizon
    double usually_ms = 0;  ///< median of the time until then, if it is within the horizon
  };
  Outlook outlook(const NeedSituation& situation);
  /// By how much each input speaks for asking soon; names by `timing_input_names`.
  std::vector<float> speaks(const NeedSituation& situation);

  /// The user was seen in this situation: learnt from later, or not.
  void seen(const NeedSituation& situation);
  void asked(ActorKey actor, UnixMillis at);
  /// Time went on: what did not come is learnt.
  void passed(UnixMillis now);

  std::size_t pending() const noexcept { return pending_.size() - over_; }
  /// What is awaited is not saved.
  std::vector<std::uint8_t> save() const;
  Result<void> load(std::span<const std::uint8_t> octets);

 private:
  // Ends of the steps as shares of the horizon; the last step is all that is later.
  static constexpr std::array<double, 10> kEnds{1.0 / 64, 1.0 / 32, 1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 1, 2, 4, 8};
  static constexpr float kRemembered = 4'000;  // looks at each level of what was stated
  static constexpr std::size_t kWithin = 7;    // so many steps are within the horizon

  struct Look {
    ActorKey actor = 0;
    UnixMillis at = 0;
    std::array<std::uint64_t, kTimingInputs> contexts{};
    std::uint32_t selector = 0;
    bool over = false;
  };
  using Steps = std::array<float, kEnds.size() + 2>;
  static Steps steps_of(const ContextMixer::Forecast& forecast);
  static float within(const Steps& steps);
  Symbol step_of(double milliseconds) const noexcept;
  void predict(const NeedSituation& situation);
  void forecast(const Look& look, ContextMixer::Forecast& to) const;
  void learn(std::span<const Symbol> steps);

  double horizon_ms_;
  ContextMixer mixer_;
  ContextMixer::Forecast forecast_{};
  std::array<ContextMixer::Forecast, kMostOfUser> together_{};          // looks of one user
  sequence::Calibration record_{kRemembered};                           // of what was stated of the horizon, and came
  std::deque<Look> pending_{};                                          // by time
  std::uint64_t first_ = 0;                                             // number of the first of them
  std::size_t over_ = 0;                                                // of those, already learnt
  std::unordered_map<ActorKey, std::vector<std::uint64_t>> of_user_{};  // numbers of looks
  std::uint64_t offered_ = 0;
};

}  // namespace harbinger::orchestrate
