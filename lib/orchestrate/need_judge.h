// How well needs are foretold of late, beside the simplest ways to foretell them.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "orchestrate/need_model.h"

namespace harbinger::orchestrate {

/// Needs go by hashes. What is said of late fades over some 2,000 needs. Memory is bounded. One thread.
class NeedJudge {
 public:
  /// What was said before it was known: the probability of the likeliest need, whether it came, and the probability of the one that came.
  void judge(float top, bool hit, float of_actual);
  /// Judges and teaches the baselines: most popular, the user's last, and what follows the user's last. 0 for `before`: he asked for nothing yet.
  void baselines(std::uint64_t before, std::uint64_t came);

  NeedModel::Counts counts() const;

  template <class Archive>
  void state(Archive& archive) {
    archive(asked_), archive(judged_), archive(hits_), archive(loss_), archive(levels_), archive(baseline_hits_);
  }
  /// Of what was read: numbers that can have come of judging.
  bool sane() const noexcept;

 private:
  static constexpr std::size_t kLevels = 20, kMostTallied = 65'536;
  static constexpr double kFades = 1.0 / 2'000;

  /// What came, how often, and what came most.
  struct Tally {
    std::unordered_map<std::uint64_t, std::uint32_t> times{};
    std::uint64_t most = 0;
    bool add(std::uint64_t came);  // true where it is new
  };

  std::uint64_t asked_ = 0;
  double judged_ = 0, hits_ = 0, loss_ = 0;
  std::array<std::array<double, 3>, kLevels> levels_{};  // times, stated, came
  std::array<double, 3> baseline_hits_{};
  Tally popular_{};
  std::unordered_map<std::uint64_t, Tally> followers_{};
  std::size_t tallied_ = 0;  // entries of all of them
};

}  // namespace harbinger::orchestrate
