#include "server/shared/metrics_page.h"

#include "plugins/metrics/exposition.h"
#include "plugins/metrics/process_samples.h"

namespace harbinger::server {

namespace {

// The program has registered its own figures; what the process takes stands beside them.
HttpResponse metrics_page(const Metrics& metrics) {
  auto samples = metrics.collect();
  const auto process = metrics::process_samples();
  samples.insert(samples.end(), process.begin(), process.end());
  return {200, metrics::exposition(samples), metrics::kExpositionType};
}

}  // namespace

HttpServer::Route serve_metrics(HttpServer& server, const Metrics& metrics) {
  return server.route("/metrics", [&metrics](const HttpRequest&) { return metrics_page(metrics); });
}

}  // namespace harbinger::server
