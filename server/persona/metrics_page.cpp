#include "server/persona/metrics_page.h"

#include "plugins/metrics/exposition.h"
#include "plugins/metrics/process_samples.h"

namespace harbinger::persona {

namespace {

using Kind = MetricSample::Kind;

MetricSample sample(std::string name, std::string help, double value, Kind kind = Kind::gauge) {
  return {std::move(name), std::move(help), kind, {}, value, {}};
}

// The engine's figures. Counters that it registers itself stand beside them under other names.
std::vector<MetricSample> engine_samples(const PersonaEngine::State& state) {
  const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
  return {
      sample("harbinger_persona_engine_bytes", "Octets of memory that clients take.", number(state.bytes)),
      sample("harbinger_persona_engine_clients", "Clients that are known now.", number(state.clients)),
      sample("harbinger_persona_engine_held_out_loss", "Loss of the model on acts it was not trained on, nats per act.",
             state.held_out_loss),
      sample("harbinger_persona_engine_untrained_loss", "The same of a count of how popular things are.",
             state.untrained_loss),
  };
}

HttpResponse metrics_page(const LocalEngine& engine, const Metrics& metrics) {
  auto samples = metrics.collect();
  for (const auto& more : {engine_samples(engine.state()), metrics::process_samples()})
    samples.insert(samples.end(), more.begin(), more.end());
  return {200, metrics::exposition(samples), metrics::kExpositionType};
}

}  // namespace

HttpServer::Route serve_metrics(HttpServer& server, const std::shared_ptr<LocalEngine>& engine,
                                const Metrics& metrics) {
  return server.route("/metrics", [engine, &metrics](const HttpRequest&) { return metrics_page(*engine, metrics); });
}

}  // namespace harbinger::persona
