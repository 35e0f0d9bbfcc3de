// How often the next distinct resource was among the first of a ranking.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace harbinger::replay {

/// Hit rates and mean reciprocal rank. A target that is not in the ranking counts 0 everywhere.
class RankingScore {
 public:
  static constexpr std::size_t kDeep = 20;  ///< ranks that count

  /// `rank` counts from 0; kDeep or more: not there.
  void add(std::size_t rank);

  std::uint64_t steps() const { return steps_; }
  /// Share of targets among the first `k`; 0 without steps.
  double top(std::size_t k) const;
  /// Mean of 1 / rank, with ranks from 1 and only the first 20.
  double mrr() const;

 private:
  std::uint64_t steps_ = 0;
  std::uint64_t at_rank_[kDeep] = {};
};

/// Hit rate of the first guess over time: as many shares as `bins`, or fewer when there are fewer steps.
class HitCurve {
 public:
  explicit HitCurve(std::size_t bins) : bins_(bins) {}
  void add(bool hit) { hits_.push_back(hit); }
  std::vector<double> shares() const;

 private:
  std::size_t bins_;
  std::vector<bool> hits_;
};

}  // namespace harbinger::replay
