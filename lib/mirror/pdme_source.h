// What the pages about mirroring are made of: plain values that whoever mirrors hands out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mirror/planner.h"
#include "mirror/settings.h"

namespace harbinger::mirror {

/// How good forecasts have been, of those whose truth has arrived.
struct ForecastAccuracy {
  std::uint64_t series = 0;  ///< that are forecast at present
  std::uint64_t scored = 0;
  double error_ratio =
      0;                ///< mean absolute error, as a share of that of the seasonal naive baseline; 0: nothing scored
  double coverage = 0;  ///< share of truths below the 0.9 quantile
};

struct PdmeStats {
  bool dry_run = false;
  /// How many mirrors stand at each step: {"filling", 3}, {"published", 120}.
  std::vector<std::pair<std::string, std::uint64_t>> steps{};
  ForecastAccuracy accuracy{};
  std::uint64_t published = 0, withdrawn = 0, failed = 0;  ///< transactions, since the start
  std::uint64_t bytes_pushed = 0, bytes_served = 0;        ///< to mirrors; by them to clients
  std::uint64_t hits_gained = 0;                           ///< requests that a mirror answered
  bool hits_estimated = false;                             ///< no edge says so: reckoned from demand
  double late_fraction =
      0;  ///< of the requests since the decision for a mirror, those that came before it was published
  double false_fraction = 0;           ///< of withdrawn mirrors, those that served less than was pushed to them
  double push_budget_bytes = 0;        ///< left at present
  std::vector<std::string> members{};  ///< of the servers that share the work; empty: this one alone
  std::string trouble{};               ///< why nothing new is published at present; empty: nothing wrong
};

/// A mirror, from the decision for it to the end of its content.
struct MirrorState {
  std::string resource{}, cluster{}, server{};
  std::string step{};  ///< "wanted", "filling", "verifying", "publishing", "published", "draining"
  double for_s = 0;    ///< at this step
  double lease_s = 0;  ///< of its publication, which is renewed before its end; 0: not published
  std::uint64_t version = 0, bytes = 0, served = 0;  ///< of its publication; pushed to it; requests that it answered
  double expected = 0, now = 0;                      ///< requests a minute
  double benefit = 0;                                ///< octets expected to be served for each octet pushed
  Score score{};
  std::string why{};  ///< in a sentence
};

/// A resource in one cluster, as the decision saw it.
struct MirrorReasons {
  struct Candidate {
    std::string server{};
    Score score{};
    std::string verdict{};  ///< "chosen", or why not: "full", "excluded", "down", "cooling down"
  };
  std::string cluster{}, type{}, owner{};  ///< the server that decides; empty: this one
  std::uint64_t bytes = 0;                 ///< of the resource; 0: not known
  double expected = 0, high = 0, now = 0;  ///< requests a minute
  bool burst = false;
  Threshold threshold{};
  std::vector<std::pair<std::string, double>> forecasters{};  ///< what each says, and their weights as "NAME weight"
  std::vector<Candidate> candidates{};
  std::vector<MirrorState> mirrors{};
  std::vector<std::string> history{};  ///< steps and what caused them, newest first
  std::string decision{};              ///< in a sentence
};

/// Any thread; nothing waits for long.
class PdmeSource {
 public:
  virtual ~PdmeSource() = default;
  virtual PdmeStats stats() const = 0;
  virtual std::vector<MirrorState> mirrors() const = 0;
  /// In every cluster that knows the resource, or in one; none: nothing is known of it.
  virtual std::vector<MirrorReasons> why(std::string_view resource, std::string_view cluster) const = 0;
  /// How many of the events are expected from now on; the others are about what nobody mirrors.
  virtual std::size_t expect(const std::vector<ExternalEvent>& events) = 0;
};

}  // namespace harbinger::mirror
