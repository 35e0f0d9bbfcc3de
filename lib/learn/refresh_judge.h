// How probable it is that a record is asked for while its new answer lives: all signs together, weighed by what came true.
#pragma once

#include <array>
#include <vector>

#include "learn/refresh_record.h"

namespace harbinger {

/// What is known of a record at the moment of a prediction.
struct Situation {
  double rhythm = 0;     ///< what its rhythm says
  double specific = 0;   ///< what the reason at hand says (how often it follows, how regular it is); 0: nothing
  double age_s = 0;      ///< since the last question
  double idle_s = 0;     ///< since the client at hand asked for anything
  double own_age_s = 0;  ///< since the client at hand asked for this very record; negative: never, as far as is known
  double habit = 0;      ///< share of the client's names that it asks for with this type
  std::uint8_t own_times =
      0;  ///< a bit for each of the last eight times that its leader led for this client: whether it followed
  std::uint8_t own_led = 0;   ///< how often it led for this client, at most eight
  double heard = 0;           ///< what an earlier question of the same client said of it just before
  std::uint32_t support = 0;  ///< cases that `specific` rests on
};

/// No count is taken for a probability. Each sign sorts the situation into a cell, and each cell knows how often what was said of such
/// situations came true; a logistic regression over the log odds of the cells, one for each reason, is learnt online from every prediction
/// that came true or did not, acted on or not (AdaGrad: Duchi, Hazan and Singer 2011).
class RefreshJudge {
 public:
  RefreshJudge();

  static Signs signs(const RefreshRecord& record, const Situation& situation);
  double probability(RefreshPlanner::Reason reason, const Signs& signs) const;
  void learn(RefreshPlanner::Reason reason, const Signs& signs, bool came_true);
  std::size_t bytes() const { return views_.size() * sizeof(View); }

 private:
  struct Cell {
    float hits = 0, tries = 0;
    float log_odds = 0;  ///< beyond those of the reason as a whole
  };
  static constexpr std::size_t kCells = 256;
  static constexpr std::size_t kTerms = kSigns + 3;  // and a constant, the rhythm and the reason's own estimate
  using Terms = std::array<float, kTerms>;
  struct View {
    std::array<std::array<Cell, kCells>, kSigns> cells;
    Cell all;
    Terms weight{}, squares{};
  };

  static Terms terms(const View& view, const Signs& signs);
  static double probability(const View& view, const Terms& terms);
  static void count(Cell& cell, const Cell& all, bool came_true);

  std::vector<View> views_;  // one for each reason
};

}  // namespace harbinger
