// What a replay found, ready to be printed.
#pragma once

#include <string>
#include <vector>

#include "server/replay/bounds.h"
#include "server/replay/judge.h"
#include "server/replay/network_model.h"
#include "server/replay/prefetch_ledger.h"

namespace harbinger::replay {

/// Waste limits at which prefetching is compared.
inline constexpr double kTightWaste = 0.25;
inline constexpr double kWideWaste = 1.0;

/// A model in a report. Rates are shares.
struct ModelResult {
  std::string name;
  double top1 = 0, top3 = 0, top5 = 0, top20 = 0, mrr20 = 0;
  double ece = 0, ece_top5 = 0, ece_soon = 0;
  PrefetchPoint tight{}, wide{}, chosen{};  ///< at kTightWaste, at kWideWaste, and at the waste that was asked for
  std::vector<PrefetchPoint> curve{};
  std::vector<double> over_time{};  ///< hit rate of the first guess
  std::optional<PersonaUse> personas{};
  double seconds = 0;
};

struct Results {
  std::string trace;
  std::string protocol;        ///< one sentence
  std::uint64_t accesses = 0;  ///< of the whole trace
  std::uint64_t sessions = 0;  ///< that began in the part that counts
  std::uint64_t steps = 0;     ///< predictions that were judged
  std::uint64_t needs = 0;
  bool timed = true;
  double waste = kTightWaste;  ///< that was asked for
  NetworkModel network{};
  Bounds bounds{};
  std::vector<ModelResult> models{};  ///< the oracle is the last one
};

ModelResult summarize(const Verdict& verdict, double waste);
/// The clairvoyant that names what was seen before, with as many prefetches as `like` makes at each waste.
ModelResult oracle(const Bounds& bounds, const ModelResult* like);

/// The tables for people.
std::string to_table(const Results& results);
/// `{trace, steps, models: {NAME: {top1, ...}}}`; see docs/replay.md.
std::string to_json(const Results& results);

}  // namespace harbinger::replay
