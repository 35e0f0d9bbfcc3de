#include <nlohmann/json.hpp>

#include "server/replay/results.h"

namespace harbinger::replay {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const PrefetchPoint& point) {
  return {{"threshold", point.threshold},
          {"coverage", point.coverage},
          {"precision", point.precision},
          {"waste", point.waste},
          {"late", point.late},
          {"lead_ms", point.lead_ms},
          {"wasted_bytes", point.wasted_bytes},
          {"saved_ms", point.saved_ms},
          {"saved", point.saved}};
}

Json to_json(const ModelResult& model) {
  Json out = {
      {"top1", model.top1},
      {"top3", model.top3},
      {"top5", model.top5},
      {"top20", model.top20},
      {"mrr20", model.mrr20},
      {"coverage", model.tight.coverage},
      {"precision", model.tight.precision},
      {"waste", model.tight.waste},
      {"ece", model.ece},
      {"ece_top5", model.ece_top5},
      {"ece_soon", model.ece_soon},
      {"seconds", model.seconds},
      {"at_waste", {{"0.25", to_json(model.tight)}, {"1.0", to_json(model.wide)}, {"asked", to_json(model.chosen)}}}};
  out["curve"] = Json::array();
  for (const auto& point : model.curve)
    out["curve"].push_back({{"threshold", point.threshold},
                            {"coverage", point.coverage},
                            {"precision", point.precision},
                            {"waste", point.waste}});
  out["over_time"] = model.over_time;
  if (model.personas) out["personas"] = {{"had", model.personas->personas}, {"share", model.personas->share}};
  return out;
}

}  // namespace

std::string to_json(const Results& results) {
  Json out = {{"trace", results.trace},       {"steps", results.steps}, {"protocol", results.protocol},
              {"accesses", results.accesses}, {"needs", results.needs}, {"waste", results.waste}};
  out["network"] = {{"rtt_ms", results.network.rtt_ms},
                    {"bandwidth_mbit", results.network.bandwidth_mbit},
                    {"unknown_size", results.network.unknown_size}};
  out["bounds"] = {{"target_seen", results.bounds.target_seen},
                   {"target_pair_seen", results.bounds.target_pair},
                   {"need_seen", results.bounds.need_seen},
                   {"need_pair_seen", results.bounds.need_pair}};
  out["models"] = Json::object();
  for (const auto& model : results.models) out["models"][model.name] = to_json(model);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace harbinger::replay
