// How well the next word of a sequence is foretold.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "server/replay/calibration.h"
#include "server/replay/next_guesser.h"
#include "server/replay/ranking_score.h"

namespace harbinger::replay {

/// Of one way to foretell.
struct NextScore {
  std::string name;
  RankingScore ranking{};
  Calibration first{};  ///< of the likeliest word
  double loss = 0;      ///< sum of -ln of what the word that came was given, at least kLeast
  double seconds = 0;   ///< of processor time, for all steps

  static constexpr double kLeast = 1e-9;
  double log_loss() const { return ranking.steps() == 0 ? 0 : loss / static_cast<double>(ranking.steps()); }
};

struct NextScores {
  std::string title;
  std::size_t words = 0, streams = 0, steps = 0, judged = 0;
  double seen = 0;  ///< share of the judged steps whose word came before: what an oracle could say that knows which
  std::vector<NextScore> scores{};  ///< ours is the last

  const NextScore* of(std::string_view name) const;
  /// The baseline that is right most often, or loses least; of those that the figures name: popularity, last, Markov-1.
  const NextScore* best_simple(bool by_loss) const;
};

/// Judges each family on the steps from `score_from` on that do not begin something; all are learnt from, after they were guessed.
NextScores judge_next(const NextFeed& feed, const std::vector<NextFamily>& families,
                      const std::function<void(std::string_view, double)>& progress);

struct NextResults {
  std::string trace, protocol;
  std::vector<NextScores> feeds{};
};
std::string to_table(const NextResults& results);
std::string to_json(const NextResults& results);

}  // namespace harbinger::replay
