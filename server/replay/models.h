// The models that harbinger-replay knows, by name.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "persona/network.h"
#include "server/replay/contender.h"

namespace harbinger::replay {

/// The ways to give clients personas.
inline constexpr std::array<const char*, 4> kPersonaWays{"topics", "manners", "device", "engine"};

struct ModelSettings {
  UnixMillis gap_ms = 30 * 60 * 1000;
  std::size_t contexts = 1'000'000;
  std::vector<std::string> only;  ///< empty: all
  std::string personas{};         ///< what makes clients one, a word of kPersonaWays; empty: nobody has a persona
  std::shared_ptr<const persona::Network> network{};  ///< the engine's to begin with; must be there for "engine"
};

/// Makes a contender, untaught.
using MakeContender = std::function<std::unique_ptr<Contender>()>;

/// Baselines first, harbinger last. The trace outlives what they make.
std::vector<MakeContender> contenders(const Trace& trace, const ModelSettings& settings);

}  // namespace harbinger::replay
