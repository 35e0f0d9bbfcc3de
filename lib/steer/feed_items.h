// Bodies of feeds, read and checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/result.h>

namespace harbinger::steer {

struct EndpointItem {
  std::string endpoint;
  std::optional<bool> up{};
  std::optional<double> load{};
  std::string why{};
  double ttl_s = 30;
};
struct WayItem {
  std::string endpoint;
  double rtt_ms = 0;
  std::optional<IpAddress> client{};  ///< the first of a net; nothing where clients are not to be named
};

/// `malformed` with what is wrong and which item it is in, from 1.
Result<std::vector<EndpointItem>> read_endpoint_items(std::string_view body);
/// As above. `name_clients`: whether items have to say whose way it is.
Result<std::vector<WayItem>> read_way_items(std::string_view body, bool name_clients);

}  // namespace harbinger::steer
