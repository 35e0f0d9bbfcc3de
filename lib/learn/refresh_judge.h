// How probable it is that a record is asked for while its new answer lives: all signs together, weighed by what came true.
#pragma once

#include <array>

#include "learn/refresh_record.h"

namespace harbinger {

/// What is known of a record at the moment of a prediction.
struct Situation {
  double rhythm = 0;    ///< what its rhythm says
  double specific = 0;  ///< what the reason at hand says (how often it follows, how regular it is); 0: nothing
  double age_s = 0;     ///< since the last question
  double idle_s = 0;    ///< since its last client asked for anything
};

/// Logistic regression over a few signs, one set of weights for each reason, learnt online from every prediction that came true or did not,
/// acted on or not (AdaGrad: Duchi, Hazan and Singer 2011). Starts by believing the rhythm.
class RefreshJudge {
 public:
  RefreshJudge();

  static Signs signs(const RefreshRecord& record, const Situation& situation);
  double probability(RefreshPlanner::Reason reason, const Signs& signs) const;
  void learn(RefreshPlanner::Reason reason, const Signs& signs, bool came_true);

 private:
  struct Weights {
    std::array<float, kSigns> weight{}, steps{};
  };
  std::array<Weights, RefreshPlanner::kReasons> weights_;
};

}  // namespace harbinger
