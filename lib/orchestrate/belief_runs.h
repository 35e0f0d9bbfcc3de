// What a user's acts say together, though he may have become another one at any of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "orchestrate/learnt.h"

namespace harbinger::orchestrate {

/// Sums of what acts say, from some act on: one for each moment at which the user may have changed last, with how probable that is
/// (Adams and MacKay, "Bayesian online changepoint detection", 2007, with few run lengths). Plain values; a new one is a new user.
struct BeliefRuns {
  static constexpr std::size_t kMost = 5;
  struct Run {
    ActSays sums{};  ///< since it began
    float acts = 0;
    float begun = 0;   ///< logarithm of how probable it was when it began
    float weight = 0;  ///< logarithm of how probable it is; that of the likeliest is 0
  };
  std::array<Run, kMost> runs{};
  std::uint8_t count = 0;
  std::uint8_t until_next = 0;  ///< acts until another run begins
};

/// One more act, by what it says.
void take_act(BeliefRuns& runs, const ActSays& says, const Learnt& learnt) noexcept;

/// What is believed of a user. Probabilities; those of one attribute add up to 1 where it is known, else all are 0.
struct Beliefs {
  std::array<float, kValues> values{};
  UserKinds::Chances kinds{};
};
Beliefs beliefs_of(const BeliefRuns& runs, const Learnt& learnt) noexcept;

}  // namespace harbinger::orchestrate
