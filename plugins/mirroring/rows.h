// Lines of the configuration, and what they mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/name.h>
#include <harbinger/result.h>
#include "mirror/client_clusters.h"
#include "steer/endpoint.h"

namespace harbinger::mirroring {

/// `mirror TEMPLATE URL...`: names that may be mirrored, and what belongs to each.
struct MirrorRow {
  std::string name_template;
  std::vector<std::string> urls;
  std::string type;
  std::optional<SocketAddress> origin;
};

/// `cluster NAME`: whose clients are given its mirrors.
struct ClusterRow {
  std::string name;
  std::vector<IpPrefix> clients;
  std::vector<double> position;
};

/// `endpoint NAME`: where an edge serves, for configurations without cdn_select.
struct EndpointRow {
  std::string name;
  std::vector<IpAddress> addresses;
  std::optional<Name> target;
  std::uint16_t port = 0;
  std::string cluster;
  std::vector<double> position;
  std::optional<double> cost;
};

/// `publish ADDRESS zone ZONE`: another DNS server that is told.
struct PublishRow {
  SocketAddress server;
  Name zone;
  std::optional<Name> key;
  std::string cluster;  ///< only what is of this one
  std::string names;    ///< where it is told: `{name}`, `{cluster}.{name}`; empty: `{name}`
  friend bool operator==(const PublishRow&, const PublishRow&) = default;
};

/// Errors name the line and what would be right.
Result<mirror::ClientClusters::Cluster> cluster_of(const ClusterRow& row);
Result<steer::Endpoint> endpoint_of(const EndpointRow& row);

}  // namespace harbinger::mirroring
