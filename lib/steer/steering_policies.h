// Ways to choose endpoints, ours and those that everybody knows, behind one interface.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "learn/chance.h"

namespace harbinger::steer {

/// Groups and endpoints are numbers; times are seconds of the run.
class SteeringPolicy {
 public:
  virtual ~SteeringPolicy() = default;
  virtual std::size_t choose(std::size_t group, double at) = 0;
  virtual void measured(std::size_t group, std::size_t endpoint, double ms, double at) = 0;
  /// What to measure out of band next; nothing for those that do not.
  virtual std::optional<std::pair<std::size_t, std::size_t>> probe(double) { return std::nullopt; }
};

/// nearest, round_robin, ewma, ewma_probes, peak_ewma_p2c, thompson, harbinger, harbinger_probes. Null for another word.
std::unique_ptr<SteeringPolicy> make_steering_policy(std::string_view word, std::size_t groups, std::size_t endpoints,
                                                     std::uint64_t seed);
/// In the order of reports.
const std::vector<std::string>& steering_policy_words();

}  // namespace harbinger::steer
