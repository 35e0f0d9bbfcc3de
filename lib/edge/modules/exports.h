// What modules of the edge floor export. Program and module are of one build.
#pragma once

#include <memory>

#include <harbinger/result.h>
#include "edge/rpc/hub_server.h"

namespace harbinger::edge {

/// Of harbinger-edge-rpc.so.
using ServeEdges = Result<void>(std::shared_ptr<EdgeHost> host, ReportSinks sinks, const HubServerSettings& settings,
                                std::unique_ptr<HubServer>& server);
inline constexpr const char* kServeEdges = "harbinger_serve_edges";

}  // namespace harbinger::edge
