#include "server/replay/ranking_score.h"

#include <algorithm>

namespace harbinger::replay {

void RankingScore::add(std::size_t rank) {
  ++steps_;
  if (rank < kDeep) ++at_rank_[rank];
}

double RankingScore::top(std::size_t k) const {
  std::uint64_t hits = 0;
  for (std::size_t rank = 0; rank < std::min(k, kDeep); ++rank) hits += at_rank_[rank];
  return steps_ == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(steps_);
}

double RankingScore::mrr() const {
  double sum = 0;
  for (std::size_t rank = 0; rank < kDeep; ++rank)
    sum += static_cast<double>(at_rank_[rank]) / static_cast<double>(rank + 1);
  return steps_ == 0 ? 0 : sum / static_cast<double>(steps_);
}

std::vector<double> HitCurve::shares() const {
  const auto bins = std::min(bins_, hits_.size());
  std::vector<double> shares;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const auto from = hits_.begin() + static_cast<std::ptrdiff_t>(bin * hits_.size() / bins);
    const auto to = hits_.begin() + static_cast<std::ptrdiff_t>((bin + 1) * hits_.size() / bins);
    shares.push_back(static_cast<double>(std::count(from, to, true)) / static_cast<double>(to - from));
  }
  return shares;
}

}  // namespace harbinger::replay
