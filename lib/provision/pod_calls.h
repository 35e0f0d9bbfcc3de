// Making, finding and ending Pods of instances.
#pragma once

#include <optional>
#include <string_view>

#include "provision/kubernetes_api.h"
#include "provision/pod_watch.h"

namespace harbinger::provision {

/// Any thread, but one call at a time for an id.
class PodCalls {
 public:
  /// Both outlive it; `watch` may be null.
  PodCalls(KubernetesApi& api, PodWatch* watch) : api_(api), watch_(watch) {}

  /// A Pod of its own, or one of its Deployment's; what there is already, when it was made before.
  Result<Pod> make(const Order& order, const RestLimits& limits);
  /// From memory, else from the server; nothing when there is none.
  Result<std::optional<Pod>> find(std::string_view id, const RestLimits& limits);
  /// Fine when there is none. What runs in it has `grace_s` seconds.
  Result<void> end(std::string_view id, int grace_s, const RestLimits& limits);
  Result<void> resize(const Pod& pod, const Size& size, const RestLimits& limits);
  /// What the metrics server knows of it.
  Result<Usage> usage(const Pod& pod, const RestLimits& limits);

 private:
  Result<Pod> create(const Order& order, const RestLimits& limits);
  Result<Pod> claim(const Order& order, const RestLimits& limits);
  Result<std::optional<Pod>> labelled(std::string_view id, const RestLimits& limits);
  Result<Pod> read(const RestAnswer& answer) const;

  KubernetesApi& api_;
  PodWatch* const watch_;
};

}  // namespace harbinger::provision
