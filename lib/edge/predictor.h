// Who says what an edge's clients want next.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include "edge/likely.h"
#include "edge/messages.h"

namespace harbinger::edge {

/// What a client is expected to want soon. Borrowed for the call.
struct Expected {
  std::string_view resource;
  double probability = 0;   ///< that it is wanted before the client's session ends
  double next = 0;          ///< that it is wanted next
  std::uint32_t in_ms = 0;  ///< usual time until then
  std::uint64_t bytes = 0;  ///< 0: not known
};

/// Learns from accesses and foretells more of them.
class Predictor {
 public:
  /// `client` wanted `after`; on a thread of the predictor's or of whoever called accessed().
  using Listener = std::function<void(Predictor& from, ClientKey client, std::string_view after,
                                      std::span<const Expected> expected)>;

  virtual ~Predictor() = default;
  /// The key of a client, of whom nothing else is kept.
  virtual ClientKey key_of(const IpAddress& client) const = 0;
  /// One thread at a time.
  virtual void accessed(const Access& access) = 0;
  /// What may be told to a client; see Likely. Any one thread at a time.
  virtual std::vector<LikelyPage> likely(const IpAddress& client, std::string_view url, std::size_t most) = 0;
  /// What was learnt of what follows `context`, as far as everybody may hear of it. Only within the listener.
  virtual std::optional<Line> line(std::string_view context) = 0;
  /// What somebody else learnt. Any thread.
  virtual void suggest(std::span<const Line> lines) = 0;
  /// What an operator should know, a sentence each.
  virtual std::vector<std::string> notes() const { return {}; }
};

struct PredictorSettings {
  std::optional<std::filesystem::path> state{};  ///< folder of what was learnt; without it, all is forgotten at the end
  std::vector<std::filesystem::path> manifests{};  ///< fragments (docs/foresight.md)
  std::chrono::seconds session_gap{30 * 60};       ///< a longer pause ends a client's session
  std::size_t contexts = 250'000;
  double most_time = 0.25;  ///< of one processor
};
struct PredictorWorld {
  const Clock* clock = nullptr;
  Metrics* metrics = nullptr;
  Logger log{};
};

/// The DNS server's own predictive module. Errors: those of Foresight::shared.
Result<std::unique_ptr<Predictor>> make_foresight_predictor(const PredictorSettings& settings,
                                                            const PredictorWorld& world, Predictor::Listener listener);
/// A Markov chain of first order, to compare with. Calls back within accessed().
std::unique_ptr<Predictor> make_markov_predictor(const PredictorSettings& settings, const PredictorWorld& world,
                                                 Predictor::Listener listener);

}  // namespace harbinger::edge
