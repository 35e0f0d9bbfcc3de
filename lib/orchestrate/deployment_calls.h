// Making, finding, changing and removing the objects of orders on Kubernetes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/cluster_objects.h"
#include "orchestrate/deployment_plan.h"
#include "orchestrate/deployment_state.h"

namespace harbinger::orchestrate {

/// Any thread, but one call at a time for an id.
class DeploymentCalls {
 public:
  /// `objects` outlives it.
  explicit DeploymentCalls(ClusterObjects& objects) : objects_(objects) {}

  /// Makes what is missing. When the cluster refuses the Deployment or what must be there before it, what was made just now is taken away again; when it refuses the scaler, the order is
  /// `partly` there. After errors of which nothing is known, nothing is taken away.
  Result<Made> make(const DeploymentPlan& plan, const RestLimits& limits);
  Result<Made> look(std::string_view id, const RestLimits& limits);
  /// `not_found`: there is no Deployment; `unsupported`: what is asked for differs in more than machine type, count and bounds.
  Result<Made> change(const DeploymentPlan& plan, const RestLimits& limits);
  /// Returns when nothing is there that was not told to end. Whether there was anything.
  Result<bool> remove(std::string_view id, const RestLimits& limits);
  Result<std::vector<Made>> list(const RestLimits& limits);

 private:
  struct Progress;
  Result<void> make_part(const DeploymentPlan& plan, ObjectKind kind, Progress& progress, const RestLimits& limits);
  Error undone(Error why, const Progress& progress, const RestLimits& limits);
  Result<void> change_scaler(const DeploymentPlan& plan, const RestLimits& limits);
  Result<std::map<std::string, OrderObjects>> found(const std::string& selector, bool pods, const RestLimits& limits);
  Result<OrderObjects> objects_of(std::string_view id, const RestLimits& limits);
  std::string name_of(std::string_view id) const { return object_name(objects_.settings().installation, id); }

  ClusterObjects& objects_;
};

}  // namespace harbinger::orchestrate
