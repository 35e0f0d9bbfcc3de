#include "mirror/pdme_json.h"

#include "mirror/config_document.h"

namespace harbinger::mirror {

namespace {

using nlohmann::ordered_json;

ordered_json score_json(const Score& score) {
  return {{"total", score.total},          {"latency", score.latency}, {"free_capacity", score.free_capacity},
          {"diversity", score.diversity},  {"cost", score.cost},       {"trust", score.trust},
          {"preference", score.preference}};
}

template <class Value>
ordered_json by_name(const std::vector<std::pair<std::string, Value>>& pairs) {
  auto object = ordered_json::object();
  for (const auto& [name, value] : pairs) object[name] = value;
  return object;
}

ordered_json mirror_json(const MirrorState& mirror) {
  return {{"resource", mirror.resource},
          {"cluster", mirror.cluster},
          {"server", mirror.server},
          {"step", mirror.step},
          {"for_s", mirror.for_s},
          {"lease_s", mirror.lease_s},
          {"version", mirror.version},
          {"bytes", mirror.bytes},
          {"served", mirror.served},
          {"expected", mirror.expected},
          {"now", mirror.now},
          {"benefit", mirror.benefit},
          {"score", score_json(mirror.score)},
          {"why", mirror.why}};
}

ordered_json candidates_json(const std::vector<MirrorReasons::Candidate>& candidates) {
  auto all = ordered_json::array();
  for (const auto& each : candidates)
    all.push_back({{"server", each.server}, {"verdict", each.verdict}, {"score", score_json(each.score)}});
  return all;
}

ordered_json threshold_json(const Threshold& threshold) {
  return {{"publish", threshold.publish},
          {"withdraw", threshold.withdraw},
          {"least_benefit", threshold.least_benefit},
          {"most_mirrors", threshold.most_mirrors}};
}

ordered_json one_cluster(const MirrorReasons& reasons) {
  return {{"cluster", reasons.cluster},
          {"type", reasons.type},
          {"owner", reasons.owner},
          {"bytes", reasons.bytes},
          {"demand",
           {{"expected", reasons.expected}, {"high", reasons.high}, {"now", reasons.now}, {"burst", reasons.burst}}},
          {"threshold", threshold_json(reasons.threshold)},
          {"forecasters", by_name(reasons.forecasters)},
          {"candidates", candidates_json(reasons.candidates)},
          {"mirrors", mirrors_json(reasons.mirrors)},
          {"history", reasons.history},
          {"decision", reasons.decision}};
}

}  // namespace

ordered_json stats_json(const PdmeStats& stats) {
  const auto& accuracy = stats.accuracy;
  return {{"dry_run", stats.dry_run},
          {"mirrors", by_name(stats.steps)},
          {"accuracy",
           {{"series", accuracy.series},
            {"scored", accuracy.scored},
            {"error_ratio", accuracy.error_ratio},
            {"coverage", accuracy.coverage}}},
          {"transactions", {{"published", stats.published}, {"withdrawn", stats.withdrawn}, {"failed", stats.failed}}},
          {"bytes", {{"pushed", stats.bytes_pushed}, {"served", stats.bytes_served}}},
          {"hits_gained", stats.hits_gained},
          {"hits_estimated", stats.hits_estimated},
          {"late_fraction", stats.late_fraction},
          {"false_fraction", stats.false_fraction},
          {"push_budget_bytes", stats.push_budget_bytes},
          {"members", stats.members},
          {"trouble", stats.trouble}};
}

ordered_json mirrors_json(const std::vector<MirrorState>& mirrors) {
  auto all = ordered_json::array();
  for (const auto& each : mirrors) all.push_back(mirror_json(each));
  return all;
}

ordered_json reasons_json(std::string_view resource, const std::vector<MirrorReasons>& reasons) {
  auto clusters = ordered_json::array();
  for (const auto& each : reasons) clusters.push_back(one_cluster(each));
  return {{"resource", resource}, {"clusters", std::move(clusters)}};
}

}  // namespace harbinger::mirror
