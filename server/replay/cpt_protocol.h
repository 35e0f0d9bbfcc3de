// The protocol of the CPT+ comparison: predict the last item of each sequence from the five before it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/replay/contender.h"
#include "server/replay/ranking_score.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

/// Gueniche, Fournier-Viger, Raman and Tseng, "CPT+: Decreasing the time/space complexity of the Compact Prediction Tree", 2015: cross-validation
/// in folds of neighbouring sequences; a model learns the sequences of all other folds and stays as it is.
struct CptProtocol {
  std::size_t folds = 14;
  std::size_t window = 5;         ///< items that are shown
  std::size_t sequences = 5'000;  ///< at most so many, the first ones
};

struct CptScore {
  std::string name;
  RankingScore ranking;
  double seconds = 0;
};

/// Judges each view of each contender on the clients of `trace`, taken as sequences in the order of their first visit; those shorter than window
/// and target are left out.
std::vector<CptScore> run_cpt(const Trace& trace, const CptProtocol& protocol,
                              const std::vector<std::function<std::unique_ptr<Contender>()>>& contenders,
                              const std::function<void(double)>& progress);

}  // namespace harbinger::replay
