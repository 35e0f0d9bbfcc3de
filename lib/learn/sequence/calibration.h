// What a stated probability was worth: the record of earlier statements like it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace harbinger::sequence {

/// Levels of log odds for the first guess, the next four, and all others; each level knows how often it came true lately. One thread.
class Calibration {
 public:
  static constexpr std::size_t kLevels = 28, kGroups = 3;

  /// `most_tries`: so many are remembered of a level; more where several end together and so tell no more than one.
  explicit Calibration(float most_tries = 400) noexcept : most_tries_(most_tries) {}

  /// `stated` corrected by the record of its level.
  float corrected(std::size_t rank, float stated) const noexcept {
    constexpr float kPrior = 30;  // how many observations the statement itself counts for
    const Level& level = levels_[group_of(rank)][level_of(stated)];
    return std::clamp(stated + (level.hits - level.stated) / (level.tries + kPrior), 0.0f, 1.0f);
  }
  void learn(std::size_t rank, float stated, bool came) noexcept {
    Level& level = levels_[group_of(rank)][level_of(stated)];
    level.tries += 1;
    level.hits += came ? 1 : 0;
    level.stated += stated;
    if (level.tries > most_tries_) level = {level.hits / 2, level.stated / 2, level.tries / 2};
  }

  /// What was learnt, to be written or read (provision/state_octets.h).
  template <class Archive>
  void state(Archive& archive) {
    for (auto& group : levels_)
      for (auto& level : group) archive(level.hits), archive(level.stated), archive(level.tries);
  }
  /// Of what was read: numbers that can have come of learning.
  bool sane() const noexcept {
    for (const auto& group : levels_)
      for (const auto& level : group)
        if (!(level.hits >= 0 && level.stated >= 0 && level.tries >= 0)) return false;
    return true;
  }

 private:
  struct Level {
    float hits = 0, stated = 0, tries = 0;
  };
  static std::size_t group_of(std::size_t rank) noexcept { return rank == 0 ? 0 : rank < 5 ? 1 : 2; }
  static std::size_t level_of(float stated) noexcept {
    const float kept = std::clamp(stated, 1e-4f, 1 - 1e-4f);
    const float scaled = (std::log(kept / (1 - kept)) + 7) * 2;
    return static_cast<std::size_t>(std::clamp(scaled, 0.0f, static_cast<float>(kLevels - 1)));
  }
  float most_tries_;
  std::array<std::array<Level, kLevels>, kGroups> levels_{};
};

}  // namespace harbinger::sequence
