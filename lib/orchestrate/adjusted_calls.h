// Raising the bounds of Deployments that are somebody else's, and taking it back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/adjusted_bounds.h"
#include "orchestrate/cluster_objects.h"
#include "orchestrate/target.h"

namespace harbinger::orchestrate {

/// Any thread, also for several orders of one Deployment.
class AdjustedCalls {
 public:
  /// `objects` outlives it.
  explicit AdjustedCalls(ClusterObjects& objects) : objects_(objects) {}

  /// Adds an order to the bounds of the scaler of the Deployment `order.settings["adjust"]`, or, when it has none, to its replicas; the same id again: with what it needs now. Nothing else of it is
  /// written. `denied`: there is none, or it is one of ours; `too_large`: past its upper bound, or the setting `max`.
  Result<Made> adjust(const TargetOrder& order, const RestLimits& limits);
  /// Nothing when no bounds have this order.
  Result<std::optional<Made>> look(std::string_view id, const RestLimits& limits);
  /// The last order's end restores what was before. Whether there was anything.
  Result<bool> remove(std::string_view id, const RestLimits& limits);
  Result<std::vector<Made>> list(const RestLimits& limits);

 private:
  struct Subject {
    ObjectKind kind = ObjectKind::scaler;
    Json object{};
  };
  Result<Subject> subject_of(const std::string& deployment, const RestLimits& limits);
  Result<std::vector<Subject>> adjusted(const RestLimits& limits);
  Result<std::optional<Subject>> with(std::string_view id, const RestLimits& limits);
  Result<Json> write(const Subject& subject, const AdjustedBounds& bounds, const RestLimits& limits);
  Result<std::uint32_t> serving(const Subject& subject, const RestLimits& limits);
  std::string mark() const;
  std::string label() const;

  ClusterObjects& objects_;
};

}  // namespace harbinger::orchestrate
