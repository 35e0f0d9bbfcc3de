// The best that could be: a clairvoyant that may only name what it has seen before.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/replay/network_model.h"
#include "server/replay/sessions.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

/// Shares of next distinct resources, and of needs, that were possible to name.
struct Bounds {
  std::uint64_t targets = 0, needs = 0, sessions = 0, visits = 0;  ///< that count
  double target_seen = 0;                                          ///< the target had been wanted by somebody before
  double target_pair = 0;  ///< it had followed one of the client's last kWindow resources, within kWindow steps, before
  double need_seen = 0, need_pair = 0;
  double saved_seen = 0;  ///< share of the needs' latency that fetching at the session's beginning would save

  static constexpr std::size_t kWindow = 8;
};

/// `frozen`: only what came before visit `score_from` counts as seen.
Bounds find_bounds(const Trace& trace, const Sessions& sessions, std::size_t score_from, bool frozen,
                   const NetworkModel& network);

}  // namespace harbinger::replay
