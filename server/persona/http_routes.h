// What harbinger-persona answers over HTTP.
#pragma once

#include <memory>
#include <vector>

#include <harbinger/http.h>
#include <harbinger/metrics.h>
#include "persona/engine.h"

namespace harbinger::persona {

/// GET /metrics. The place for what else operators and browsers ask for: pages about personas, and POST /v1/events. The routes live as long as the
/// handles; the metrics must live longer.
std::vector<HttpServer::Route> add_http_routes(HttpServer& server, const std::shared_ptr<LocalEngine>& engine,
                                               const Metrics& metrics);

}  // namespace harbinger::persona
