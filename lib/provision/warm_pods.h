// Pods that a Deployment keeps ready, taken out of it one by one.
#pragma once

#include <string>

#include "provision/kubernetes_api.h"

namespace harbinger::provision {

/// Makes a ready Pod of the template's Deployment ours, by labels: the Deployment then puts another in its place. `too_large`: none is ready.
Result<Pod> claim_warm_pod(KubernetesApi& api, const Order& order, const RestLimits& limits);

}  // namespace harbinger::provision
