// An edge: learns from its cache's log what is wanted next, and has it fetched.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include "edge/decider.h"
#include "edge/fetcher.h"
#include "edge/likely.h"
#include "edge/link.h"
#include "edge/predictor.h"

namespace harbinger::edge {

/// Joins the parts of harbinger-edge. Goes on alone when no DNS server is there.
class Agent {
 public:
  enum class Model : std::uint8_t { off, markov1, harbinger };
  struct Settings {
    std::filesystem::path log;  ///< the cache's, in the format of AccessLines
    std::string site;           ///< see AccessLines
    Model model = Model::harbinger;
    PredictorSettings prediction{};
    Decider::Settings decisions{};
    std::optional<SocketAddress> resolver{};  ///< the DNS server, to be asked for hints; see HintAsker
    bool dry_run = false;                     ///< decides, and fetches nothing of it
    Duration log_every = std::chrono::milliseconds(10);
    std::uint64_t bytes_per_second = 0;  ///< of the link to clients, which load is told of; 0: not known
  };
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
  };

  /// Begins to follow the log at its end; it need not be there yet. Errors: those of what was learnt before, and of manifests.
  static Result<std::unique_ptr<Agent>> start(Settings settings, const World& world, std::unique_ptr<Fetcher> fetcher);
  virtual ~Agent() = default;

  /// What a session with the DNS server brings goes here; the session itself, once it is there, is told how the edge is doing. Once.
  virtual UplinkEvents events() = 0;
  virtual void attach(std::unique_ptr<Uplink> uplink) = 0;

  /// See Likely.
  virtual std::vector<LikelyPage> likely(const IpAddress& client, std::string_view url, std::size_t most) = 0;

  struct State {
    std::uint64_t lines = 0, malformed = 0, requests = 0, hits = 0;
    Decider::Books books{};
    Fetcher::State fetcher{};
    bool connected = false;
    std::vector<std::string> notes{};
  };
  virtual State state() const = 0;
};

}  // namespace harbinger::edge
