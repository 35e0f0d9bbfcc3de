#include "server/replay/models.h"

#include <algorithm>

#include "server/replay/engine_adviser.h"

namespace harbinger::replay {

namespace {

constexpr std::size_t kPersonas = 16;

std::unique_ptr<PersonaAdviser> adviser_of(const Trace& trace, const ModelSettings& settings) {
  if (settings.personas == "engine") return make_engine_adviser(trace, settings.network->clone());
  if (settings.personas == "device") return make_device_adviser();
  if (settings.personas == "manners") return make_manner_adviser(trace, kPersonas);
  return make_topic_adviser(trace, kPersonas);
}

}  // namespace

std::vector<MakeContender> contenders(const Trace& trace, const ModelSettings& settings) {
  std::vector<MakeContender> all;
  const auto wanted = [&](std::string_view name) {
    return settings.only.empty() || std::ranges::find(settings.only, name) != settings.only.end();
  };
  Baseline::Limits limits;
  limits.session_gap_ms = settings.gap_ms;
  limits.clients = std::max<std::size_t>(limits.clients, trace.clients.size() * 2ULL);
  const auto baseline = [&](const char* name, auto make) {
    if (wanted(name)) all.push_back([=] { return make_baseline_contender(name, make(limits)); });
  };
  baseline("popularity", make_popularity);
  baseline("markov1", make_markov1);
  baseline("dg4", [](const Baseline::Limits& of) { return make_dependency_graph(of); });
  baseline("ppm2_online", make_ppm2);
  SequenceModel::Settings model;
  model.contexts = settings.contexts;
  model.session_gap_s = static_cast<std::uint32_t>(std::max<UnixMillis>(settings.gap_ms / 1000, 1));
  if (wanted("harbinger")) all.push_back([=, &trace] { return make_harbinger_contender(trace, model); });
  if (wanted("harbinger") && !settings.personas.empty())
    all.push_back([=, &trace] { return make_harbinger_contender(trace, model, adviser_of(trace, settings)); });
  return all;
}

}  // namespace harbinger::replay
