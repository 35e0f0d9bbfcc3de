// The engine itself: takes acts and asks from any thread, and infers on one of its own.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/persona_engine.h>
#include <harbinger/random.h>
#include "persona/catalogue.h"
#include "persona/clusters.h"
#include "persona/network.h"
#include "persona/share.h"

namespace harbinger::persona {

struct EngineSettings {
  std::size_t clients = 1'000'000;  ///< the longest idle make room
  std::optional<std::filesystem::path>
      state;  ///< folder for checkpoints and the access history; in memory only without it
  std::chrono::seconds checkpoint_every{60};
  std::chrono::seconds shortest_life{5 * 60}, longest_life{15 * 60};
  bool train = true;
  double most_training = 0.10;  ///< of one processor's time
  std::size_t batch = 1024;     ///< acts that go through the network together
  std::size_t queue = 1 << 18;  ///< acts that may wait; beyond it, the oldest are shed and counted
  Clusters::Settings clusters{};
};

struct EngineWorld {
  const Clock* clock = nullptr;
  Metrics* metrics = nullptr;
  Random* random = nullptr;  ///< cryptographic (OpenSSL) in earnest
  Logger log{};
};

/// The engine and its operator's door.
class LocalEngine : public PersonaEngine, public PersonaAdmin {
 public:
  /// Everything handed over before is dealt with when this returns. For tests and replays.
  virtual void catch_up() = 0;
  /// A checkpoint now, as every `checkpoint_every`.
  virtual Result<void> save() = 0;
};

/// `network` fresh or with start weights. With a `state` folder, goes on where the last one stopped: a damaged checkpoint is an error that names file
/// and octet, and changes nothing. `share` may be null: then nobody else knows what this engine knows.
Result<std::unique_ptr<LocalEngine>> make_engine(const EngineSettings& settings,
                                                 std::shared_ptr<const Catalogue> catalogue,
                                                 std::unique_ptr<Network> network, std::unique_ptr<Share> share,
                                                 const EngineWorld& world);

}  // namespace harbinger::persona
