// The models that harbinger-replay knows, by name.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/replay/contender.h"

namespace harbinger::replay {

struct ModelSettings {
  UnixMillis gap_ms = 30 * 60 * 1000;
  std::size_t contexts = 1'000'000;
  std::vector<std::string> only;  ///< empty: all
  std::string personas{};         ///< what makes clients one: "topics" or "manners"; empty: nobody has a persona
};

/// Makes a contender, untaught.
using MakeContender = std::function<std::unique_ptr<Contender>()>;

/// Baselines first, harbinger last. The trace outlives what they make.
std::vector<MakeContender> contenders(const Trace& trace, const ModelSettings& settings);

}  // namespace harbinger::replay
