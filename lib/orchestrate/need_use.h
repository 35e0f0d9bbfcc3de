// What users use of what they have, and what that says of the size they need.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "orchestrate/need_forecast.h"

namespace harbinger::orchestrate {

/// Of a user who uses little of what he has, part of the probability goes to less: fewer of the same, or a machine type that is better filled by those
/// who have it. Never more than a quarter of a need's probability goes. One thread.
class NeedUse {
 public:
  static constexpr float kMostMoved = 0.25F;  ///< of a need's probability
  static constexpr float kLow = 0.35F;        ///< share of what was given; below that, little is used
  static constexpr float kAim = 0.6F;         ///< what should be used of the smaller one
  static constexpr std::uint8_t kLeastReports = 3;

  /// Somebody who has machines of this type uses so much of them.
  void seen(const NeedUser& user);
  /// Moves probability; returns a sentence for each move. Candidates stay sorted.
  std::vector<std::string> shift(const NeedUser& user, std::vector<NeedForecast::Candidate>& candidates) const;

  template <class Visit>
  void each(Visit visit) const {
    for (const auto& [machine, share] : by_machine_) visit(machine, share);
  }
  void put(std::uint32_t machine, float share) {
    if (by_machine_.size() < kMostMachines) by_machine_[machine] = share;
  }

 private:
  static constexpr std::size_t kMostMachines = 1'024;
  const NeedForecast::Candidate* better_filled(const NeedForecast::Candidate& than,
                                               const std::vector<NeedForecast::Candidate>& among) const;

  std::unordered_map<std::uint32_t, float> by_machine_{};  // hash of the word: share that is used, of late
};

}  // namespace harbinger::orchestrate
