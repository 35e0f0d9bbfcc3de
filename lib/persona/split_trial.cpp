#include "persona/split_trial.h"

namespace harbinger::persona {

namespace {

constexpr int kSweeps = 4;

}  // namespace

void SplitTrial::put(std::size_t member, std::uint8_t side) {
  if (side_[member] != kNone) mixture_.remove(sides_[side_[member]], *members_[member]);
  side_[member] = side;
  if (side != kNone) mixture_.add(sides_[side], *members_[member]);
}

void SplitTrial::clear() {
  for (std::size_t i = 0; i < side_.size(); ++i) put(i, kNone);
}

void SplitTrial::divide(std::span<const Tokens* const> members, std::size_t seed, std::size_t far) {
  clear();
  members_ = members;
  side_.assign(members.size(), kNone);
  put(seed, 0);
  put(far, 1);
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    std::size_t moved = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto now = side_[i];
      if (now != kNone && size(now) < 2) continue;
      std::array<float, 2> scores;
      for (std::uint8_t side = 0; side < 2; ++side)
        scores[side] = side == now ? mixture_.score_without(sides_[side], *members[i])
                                   : mixture_.score_in(sides_[side], *members[i]);
      const std::uint8_t best = scores[1] > scores[0] ? 1 : 0;
      if (best != now) put(i, best), ++moved;
    }
    if (moved == 0) break;
  }
}

double SplitTrial::worth() const {
  const auto both = mixture_.united(sides_[0], sides_[1]);
  double worth = 0;
  for (std::size_t i = 0; i < side_.size(); ++i)
    worth += mixture_.score_without(sides_[side_[i]], *members_[i]) - mixture_.score_without(both, *members_[i]);
  return worth;
}

}  // namespace harbinger::persona
