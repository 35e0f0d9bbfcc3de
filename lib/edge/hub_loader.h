// The server whom edges join is loaded when a configuration asks for it, and gRPC with it.
#pragma once

#include <memory>
#include <string_view>

#include <harbinger/result.h>
#include "edge/rpc/hub_server.h"

namespace harbinger::edge {

inline constexpr std::string_view kHubModule = "harbinger-edge-rpc.so";

/// serve_edges() from harbinger-edge-rpc.so. Errors of load_symbol() (base/module_loader.h), and serve_edges()'s own.
Result<std::unique_ptr<HubServer>> load_hub_server(std::shared_ptr<EdgeHost> host, ReportSinks sinks,
                                                   const HubServerSettings& settings);

}  // namespace harbinger::edge
