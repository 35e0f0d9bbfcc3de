#include "plugins/mirroring/rows.h"

#include "steer/place_table.h"

namespace harbinger::mirroring {

Result<mirror::ClientClusters::Cluster> cluster_of(const ClusterRow& row) {
  Place place;
  if (auto put = steer::put_at(place, row.position, "cluster \"" + row.name + "\""); !put) return fail(put.error());
  return mirror::ClientClusters::Cluster{row.name, row.clients, place};
}

Result<steer::Endpoint> endpoint_of(const EndpointRow& row) {
  Place place;
  if (auto put = steer::put_at(place, row.position, "endpoint \"" + row.name + "\""); !put) return fail(put.error());
  if (row.addresses.empty() && !row.target)
    return fail(ErrorCode::malformed, "endpoint \"" + row.name + "\": needs an `address`, or a `target`, or both");
  steer::Endpoint endpoint{.name = row.name, .addresses = row.addresses, .port = row.port, .cluster = row.cluster};
  endpoint.place = place;
  if (row.target) endpoint.target = *row.target;
  if (row.cost) endpoint.cost = *row.cost;
  return endpoint;
}

}  // namespace harbinger::mirroring
