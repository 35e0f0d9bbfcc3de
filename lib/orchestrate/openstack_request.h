// A request to an API of OpenStack, as its log tells it: what was done to what kind of thing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

struct OpenStackRequest {
  std::string_view verb;  ///< list, show, create, update, delete, act
  std::string kind;  ///< the words of the path: "servers/detail", "servers/action"; ids, versions and projects left out
  ActivityOutcome outcome = ActivityOutcome::succeeded;
  std::uint32_t latency_ms = 0;
};

/// Reads `10.0.0.1 "GET /v2.1/PROJECT/servers/detail HTTP/1.1" status: 200 len: 1893 time: 0.2477829`, also without the protocol, and the common log format of
/// Glance (`"GET /v2/images HTTP/1.1" 200 4512 0.04`). Nothing for other messages.
std::optional<OpenStackRequest> read_openstack_request(std::string_view message);

/// What nova-compute sets aside for a server: `Attempting claim: memory 2048 MB, disk 20 GB, vcpus 1 CPU`. The machine type is "1cpu-2048mb". Nothing for
/// other messages.
std::optional<Need> read_openstack_claim(std::string_view message);

}  // namespace harbinger::orchestrate
