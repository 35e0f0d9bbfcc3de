// Whether some clients are better explained by two clusters than by one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "persona/mixture.h"

namespace harbinger::persona {

/// Two clusters on trial, beside all others: in numbers of the mixture that are free, which are free again when it ends.
class SplitTrial {
 public:
  SplitTrial(Mixture& mixture, std::uint32_t one, std::uint32_t other) : mixture_(mixture), sides_{one, other} {}
  ~SplitTrial() { clear(); }
  SplitTrial(const SplitTrial&) = delete;
  SplitTrial& operator=(const SplitTrial&) = delete;

  /// Divides the members anew, from two seeds on: all others choose, one after the other, some times over.
  void divide(std::span<const Tokens* const> members, std::size_t seed, std::size_t far);
  /// What the two explain more than one would, in nats.
  double worth() const;
  std::uint32_t size(std::size_t side) const { return mixture_.members(sides_[side]); }
  float evidence(std::size_t side) const { return mixture_.evidence(sides_[side]); }
  /// 0 or 1, for anybody.
  std::size_t side_of(const Tokens& tokens) const {
    return mixture_.score_in(sides_[1], tokens) > mixture_.score_in(sides_[0], tokens) ? 1 : 0;
  }

 private:
  static constexpr std::uint8_t kNone = 2;
  void clear();
  void put(std::size_t member, std::uint8_t side);

  Mixture& mixture_;
  std::array<std::uint32_t, 2> sides_;
  std::span<const Tokens* const> members_;
  std::vector<std::uint8_t> side_;
};

}  // namespace harbinger::persona
