// What became of an order on Kubernetes, read off the objects that are there.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "orchestrate/cluster_objects.h"
#include "orchestrate/target.h"

namespace harbinger::orchestrate {

/// The objects of one order.
struct OrderObjects {
  std::map<ObjectKind, Json> objects{};  ///< of each kind that is made, the one that there is
  std::vector<Json> pods{};
};

/// gone: nothing is there. partly: something that belongs to it is missing, or the cluster says that it does not get on. ready: as many Pods as are wanted serve, made as is wanted now.
Made made_of(const std::string& id, const OrderObjects& of);

}  // namespace harbinger::orchestrate
