// What an object that is created in Kubernetes asks for.
#pragma once

#include <string_view>

#include "orchestrate/json_view.h"
#include "orchestrate/need.h"

namespace harbinger::orchestrate {

/// Reads a created object of `resource` ("deployments", "statefulsets", "pods", "jobs", "persistentvolumeclaims") into `need`; false for others. A machine
/// type is what a pod's containers request together, with its priority class: "250m/64Mi/high"; of a claim, its storage class. Security is a level of the Pod
/// Security Standards, where the object tells: "privileged" or "restricted".
bool read_kubernetes_need(std::string_view resource, JsonView object, Need& need);

}  // namespace harbinger::orchestrate
