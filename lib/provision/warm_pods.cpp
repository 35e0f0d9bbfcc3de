#include "provision/warm_pods.h"

#include <utility>

namespace harbinger::provision {

namespace {

struct Warm {
  std::string name{}, version{};
};

bool ready(const Json& object) {
  const auto* const ends = member(object, {"metadata", "deletionTimestamp"});
  if (ends && !ends->is_null()) return false;
  for (const auto& each : list_member(object, {"status", "conditions"}))
    if (text_member(each, {"type"}) == "Ready") return text_member(each, {"status"}) == "True";
  return false;
}

std::string selector_of(const Json& labels) {
  std::string text;
  for (const auto& [name, value] : labels.items())
    if (value.is_string())
      text.append(text.empty() ? "" : ",").append(name).append("=").append(value.get<std::string>());
  return text;
}

Result<Json> labels_of(KubernetesApi& api, const std::string& deployment, const RestLimits& limits) {
  const auto target =
      "/apis/apps/v1/namespaces/" + api.settings().name_space + "/deployments/" + url_escaped(deployment);
  const auto answer = api.ask({.target = target}, limits);
  if (!answer) return fail(answer.error());
  const auto body = read_json(answer->body);
  const auto* const labels = member(body, {"spec", "selector", "matchLabels"});
  if (labels && labels->is_object() && !labels->empty()) return *labels;
  return fail(ErrorCode::denied, "Deployment " + deployment + " does not select its Pods by matchLabels");
}

Result<std::vector<Warm>> warm_pods(KubernetesApi& api, const Json& labels, const RestLimits& limits) {
  const auto answer =
      api.ask({.target = api.pods() + "?labelSelector=" + url_escaped(selector_of(labels)) + "&limit=500"}, limits);
  if (!answer) return fail(answer.error());
  std::vector<Warm> found;
  const auto body = read_json(answer->body);
  for (const auto& each : list_member(body, {"items"}))
    if (ready(each))
      found.push_back({text_member(each, {"metadata", "name"}), text_member(each, {"metadata", "resourceVersion"})});
  return found;
}

}  // namespace

// Somebody else may take the same one, or it changes in this moment (409): then the next.
Result<Pod> claim_warm_pod(KubernetesApi& api, const Order& order, const RestLimits& limits) {
  const auto& deployment = order.what->more.at("deployment");
  const auto labels = labels_of(api, deployment, limits);
  if (!labels) return fail(labels.error());
  const auto warm = warm_pods(api, *labels, limits);
  if (!warm) return fail(warm.error());
  for (const auto& each : *warm) {
    RestRequest patch{.method = "PATCH", .target = api.pod(each.name), .content_type = "application/merge-patch+json"};
    patch.body = pod_claim(api.settings().installation, order, each.version, *labels).dump();
    const auto answer = api.ask(std::move(patch), limits);
    if (!answer && (answer.error().code == ErrorCode::conflict || answer.error().code == ErrorCode::not_found))
      continue;
    if (!answer) return fail(answer.error());
    auto pod = read_pod(read_json(answer->body), api.settings().installation);
    if (pod) return std::move(*pod);
    return fail(ErrorCode::malformed, api.settings().server.to_string() + " answered with no Pod of ours");
  }
  return fail(ErrorCode::too_large, "Deployment " + deployment + " has no Pod that is ready");
}

}  // namespace harbinger::provision
