// What programs beside the DNS server say of themselves to Prometheus.
#pragma once

#include <harbinger/http.h>
#include <harbinger/metrics.h>

namespace harbinger::server {

/// GET /metrics while the handle lives; the metrics must live longer.
[[nodiscard]] HttpServer::Route serve_metrics(HttpServer& server, const Metrics& metrics);

}  // namespace harbinger::server
