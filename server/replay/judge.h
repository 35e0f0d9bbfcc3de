// One contender over one trace: test, then train.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "server/replay/calibration.h"
#include "server/replay/contender.h"
#include "server/replay/network_model.h"
#include "server/replay/prefetch_ledger.h"
#include "server/replay/ranking_score.h"
#include "server/replay/sessions.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

struct Judging {
  std::size_t score_from = 0;  ///< first visit that counts
  bool frozen = false;         ///< nothing is learnt from visits that count
  NetworkModel network{};
  std::size_t time_bins = 40;                            ///< of the hit rate over time
  std::function<void(double)> progress = [](double) {};  ///< share of the trace that is done
};

/// How one view did.
struct Verdict {
  std::string name;
  RankingScore ranking;
  Calibration next;       ///< of the first guess
  Calibration next_top5;  ///< of the first five
  Calibration soon;       ///< of the first five that the session does not have yet
  HitCurve over_time{0};
  PrefetchLedger prefetching;
  double seconds = 0;  ///< of the whole pass
};

/// Runs the visits through `contender`: after each it is asked what comes next, and judged by the session's next other resource.
std::vector<Verdict> judge(const Trace& trace, const Sessions& sessions, const Judging& judging, Contender& contender);

}  // namespace harbinger::replay
