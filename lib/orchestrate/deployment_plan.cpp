#include "orchestrate/deployment_plan.h"

#include <charconv>
#include <utility>

#include "provision/pod.h"
#include "provision/template_words.h"

namespace harbinger::orchestrate {

namespace {

constexpr std::uint32_t kMostReplicas = 10'000;

const std::map<std::string, std::string>& known_settings() {
  static const std::map<std::string, std::string> kKnown{
      {"access_mode", ""},       {"adjust", ""},        {"cpu_percent", ""},   {"image_pull_policy", ""},
      {"image_pull_secret", ""}, {"max", ""},           {"namespace", ""},     {"node", ""},
      {"prefer_node", ""},       {"priority", ""},      {"runtime_class", ""}, {"service_account", ""},
      {"storage", ""},           {"storage_class", ""}, {"storage_path", ""}};
  return kKnown;
}

// "10", or "3x": so many times as many as are needed.
Result<std::uint32_t> most_of(const TargetOrder& order) {
  const auto text = text_setting(order, "max");
  if (text.empty()) return 0;
  std::uint32_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  const bool times = read.ptr + 1 == end && *read.ptr == 'x';
  if (read.ec != std::errc() || value == 0 || value > kMostReplicas || (read.ptr != end && !times))
    return fail(ErrorCode::denied, "setting max is '" + text + "', should be a number of Pods, such as 10, or 3x");
  return std::max(times ? value * order.need.count : value, order.need.count);
}

Result<void> take_storage(const TargetOrder& order, DeploymentPlan& plan) {
  const auto word = text_setting(order, "storage", "each");
  if (word != "each" && word != "shared")
    return fail(ErrorCode::denied, "setting storage is '" + word + "', should be each or shared");
  plan.storage = word == "shared" ? DeploymentPlan::Storage::shared : DeploymentPlan::Storage::each;
  plan.storage_class = text_setting(order, "storage_class");
  plan.storage_path = text_setting(order, "storage_path", plan.storage_path);
  const bool shared = plan.storage == DeploymentPlan::Storage::shared;
  plan.access_mode = text_setting(order, "access_mode", shared ? "ReadWriteMany" : "ReadWriteOnce");
  return {};
}

void take_pod_words(const TargetOrder& order, DeploymentPlan& plan) {
  static constexpr std::array<std::pair<const char*, const char*>, 6> kWords{
      {{"priority", "priority_class"},
       {"node", "node_selector"},
       {"runtime_class", "runtime_class"},
       {"service_account", "service_account"},
       {"image_pull_policy", "image_pull_policy"},
       {"image_pull_secret", "image_pull_secret"}}};
  for (const auto& [setting, word] : kWords)
    if (auto text = text_setting(order, setting); !text.empty()) plan.pod_words[word] = std::move(text);
}

Json annotations_of(const DeploymentPlan& plan) {
  std::string parts;
  for (const auto kind : kMadeKinds)
    if (kind != ObjectKind::deployment && has_part(plan, kind))
      parts.append(parts.empty() ? "" : " ").append(to_string(kind));
  return {{"harbinger/need", Json(need_words(plan.need)).dump(-1, ' ', false, Json::error_handler_t::replace)},
          {"harbinger/parts", parts}};
}

Json object_of(const DeploymentPlan& plan, ObjectKind kind, Json spec) {
  return {{"apiVersion", api_version(kind)},
          {"kind", to_string(kind)},
          {"metadata",
           {{"name", object_name(plan.installation, plan.id)},
            {"labels", order_labels(plan.installation, plan.id)},
            {"annotations", annotations_of(plan)}}},
          {"spec", std::move(spec)}};
}

Json claim_spec(const DeploymentPlan& plan) {
  Json spec{{"accessModes", Json::array({plan.access_mode})},
            {"resources", {{"requests", {{"storage", std::to_string(plan.need.storage_gb) + "Gi"}}}}}};
  if (!plan.storage_class.empty()) spec["storageClassName"] = plan.storage_class;
  return spec;
}

Json selector_of(const DeploymentPlan& plan) { return {{"matchLabels", order_labels(plan.installation, plan.id)}}; }

Json policy_spec(const DeploymentPlan& plan) {
  Json spec{{"podSelector", selector_of(plan)}, {"policyTypes", Json::array({"Ingress"})}, {"ingress", Json::array()}};
  if (plan.entrance->who == Entrance::Who::closed) return spec;
  Json rule = Json::object();
  if (plan.entrance->who == Entrance::Who::name_space) rule["from"] = Json::array({{{"podSelector", Json::object()}}});
  for (const auto port : plan.entrance->ports) rule["ports"].push_back({{"protocol", "TCP"}, {"port", port}});
  spec["ingress"].push_back(std::move(rule));
  return spec;
}

Json scaler_spec(const DeploymentPlan& plan) {
  const Json target{{"type", "Utilization"}, {"averageUtilization", plan.cpu_percent}};
  const Json metric{{"type", "Resource"}, {"resource", {{"name", "cpu"}, {"target", target}}}};
  return {{"scaleTargetRef",
           {{"apiVersion", api_version(ObjectKind::deployment)},
            {"kind", to_string(ObjectKind::deployment)},
            {"name", object_name(plan.installation, plan.id)}}},
          {"minReplicas", plan.need.count},
          {"maxReplicas", plan.most},
          {"metrics", Json::array({metric})}};
}

void add_storage(const DeploymentPlan& plan, Json& pod) {
  if (plan.need.storage_gb == 0) return;
  Json volume{{"name", "data"}};
  if (plan.storage == DeploymentPlan::Storage::shared)
    volume["persistentVolumeClaim"] = {{"claimName", object_name(plan.installation, plan.id)}};
  else
    volume["ephemeral"]["volumeClaimTemplate"] = {{"metadata", {{"labels", order_labels(plan.installation, plan.id)}}},
                                                  {"spec", claim_spec(plan)}};
  pod["volumes"] = Json::array({volume});
  pod["containers"][0]["volumeMounts"] = Json::array({{{"name", "data"}, {"mountPath", plan.storage_path}}});
}

void add_preferred_nodes(const DeploymentPlan& plan, Json& pod) {
  if (plan.preferred_nodes.empty()) return;
  Json expressions = Json::array();
  const auto pairs = provision::label_pairs(plan.preferred_nodes);
  for (const auto& [label, value] : pairs.items())
    expressions.push_back({{"key", label}, {"operator", "In"}, {"values", Json::array({value})}});
  const Json preference{{"weight", 50}, {"preference", {{"matchExpressions", expressions}}}};
  pod["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] = Json::array({preference});
}

// A Pod is the same as an instance of the provider `kubernetes`, but for its restarts and its marks.
Json template_of(const DeploymentPlan& plan) {
  const provision::Template what{.name = "order",
                                 .provider = "deployments",
                                 .size = plan.size,
                                 .image = plan.image.reference,
                                 .more = plan.pod_words,
                                 .port = plan.image.port,
                                 .health = plan.image.health};
  auto pod =
      provision::pod_manifest(plan.installation, {.id = plan.id, .what = &what, .size = plan.size, .deadline = {}});
  auto& spec = pod["spec"];
  spec["restartPolicy"] = "Always";
  add_storage(plan, spec);
  add_preferred_nodes(plan, spec);
  Json labels = order_labels(plan.installation, plan.id);
  if (plan.entrance) labels["harbinger/security"] = plan.need.security;
  auto annotations = pod["metadata"]["annotations"];
  if (plan.need.bandwidth_mbps > 0)
    for (const char* way : {"kubernetes.io/ingress-bandwidth", "kubernetes.io/egress-bandwidth"})
      annotations[way] = std::to_string(plan.need.bandwidth_mbps) + "M";
  return {{"metadata", {{"labels", std::move(labels)}, {"annotations", std::move(annotations)}}},
          {"spec", std::move(spec)}};
}

Json deployment_spec(const DeploymentPlan& plan) {
  return {{"replicas", plan.need.count},
          {"revisionHistoryLimit", 1},
          {"selector", selector_of(plan)},
          {"template", template_of(plan)}};
}

}  // namespace

Result<DeploymentPlan> plan_deployment(const DeploymentsSettings& settings, const TargetOrder& order) {
  if (auto fits = provision::label_like(order.id, "id"); !fits) return fail(fits.error());
  if (auto why = deployments_refusal(settings, order.need); !why.empty()) return fail(ErrorCode::denied, why);
  if (auto fits = only_settings("deployments", order, known_settings()); !fits) return fail(fits.error());
  if (settings.machines.empty() || settings.images.empty())
    return fail(ErrorCode::denied, "deployments: options machine.WORD and image.WORD say what Deployments are made of");
  const auto name_space = text_setting(order, "namespace", settings.api.name_space);
  if (name_space != settings.api.name_space)
    return fail(ErrorCode::denied, "setting namespace is '" + name_space + "', but this target works in " +
                                       settings.api.name_space + ": configure a target for each namespace");
  DeploymentPlan plan{
      .installation = settings.api.installation, .id = order.id, .need = with_usual_words(settings.usual, order.need)};
  plan.size = settings.machines.at(plan.need.machine);
  plan.image = settings.images.at(plan.need.image);
  if (!plan.need.security.empty()) plan.entrance = settings.securities.at(plan.need.security);
  const auto most = most_of(order);
  const auto percent = number_setting(order, "cpu_percent", plan.cpu_percent, 1000);
  if (!most) return fail(most.error());
  if (!percent) return fail(percent.error());
  plan.most = *most;
  plan.cpu_percent = *percent;
  plan.preferred_nodes = text_setting(order, "prefer_node");
  take_pod_words(order, plan);
  if (auto taken = take_storage(order, plan); !taken) return fail(taken.error());
  return plan;
}

std::string object_name(std::string_view installation, std::string_view id) {
  return provision::pod_name(installation, id);
}

bool has_part(const DeploymentPlan& plan, ObjectKind kind) {
  switch (kind) {
    case ObjectKind::claim:
      return plan.need.storage_gb > 0 && plan.storage == DeploymentPlan::Storage::shared;
    case ObjectKind::policy:
      return plan.entrance && plan.entrance->who != Entrance::Who::label;
    case ObjectKind::scaler:
      return plan.most > 0;
    case ObjectKind::deployment:
      return true;
    case ObjectKind::pod:
      break;
  }
  return false;
}

Json manifest_of(const DeploymentPlan& plan, ObjectKind kind) {
  switch (kind) {
    case ObjectKind::claim:
      return object_of(plan, kind, claim_spec(plan));
    case ObjectKind::policy:
      return object_of(plan, kind, policy_spec(plan));
    case ObjectKind::scaler:
      return object_of(plan, kind, scaler_spec(plan));
    case ObjectKind::deployment:
    case ObjectKind::pod:
      break;
  }
  return object_of(plan, ObjectKind::deployment, deployment_spec(plan));
}

Json change_of_deployment(const DeploymentPlan& plan) {
  Json spec{{"template", provision::pod_resize(plan.size, "instance")}};
  if (!has_part(plan, ObjectKind::scaler)) spec["replicas"] = plan.need.count;
  return {{"metadata", {{"annotations", annotations_of(plan)}}}, {"spec", std::move(spec)}};
}

Json change_of_scaler(const DeploymentPlan& plan) {
  return {{"metadata", {{"annotations", annotations_of(plan)}}},
          {"spec", {{"minReplicas", plan.need.count}, {"maxReplicas", plan.most}}}};
}

Need need_of(const Json& object) {
  const auto text = provision::text_member(object, {"metadata", "annotations", "harbinger/need"});
  const auto words = provision::read_json(text);
  std::map<std::string, std::string> read;
  if (words.is_object())
    for (const auto& [name, value] : words.items())
      if (value.is_string()) read[name] = value.get<std::string>();
  return read_need_words(read);
}

std::vector<ObjectKind> parts_of(const Json& deployment) {
  const auto text = " " + provision::text_member(deployment, {"metadata", "annotations", "harbinger/parts"}) + " ";
  std::vector<ObjectKind> parts;
  for (const auto kind : kMadeKinds)
    if (text.find(" " + std::string(to_string(kind)) + " ") != text.npos) parts.push_back(kind);
  return parts;
}

}  // namespace harbinger::orchestrate
