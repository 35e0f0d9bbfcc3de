#include "orchestrate/cluster_objects.h"

#include <utility>

namespace harbinger::orchestrate {

namespace {

constexpr std::string_view kManager = "harbinger-orchestrate";

struct KindWords {
  std::string_view kind, version, path, plural;
};

const KindWords& words_of(ObjectKind kind) {
  static constexpr std::array<KindWords, 5> kWords{
      {{"PersistentVolumeClaim", "v1", "/api/v1", "persistentvolumeclaims"},
       {"NetworkPolicy", "networking.k8s.io/v1", "/apis/networking.k8s.io/v1", "networkpolicies"},
       {"Deployment", "apps/v1", "/apis/apps/v1", "deployments"},
       {"HorizontalPodAutoscaler", "autoscaling/v2", "/apis/autoscaling/v2", "horizontalpodautoscalers"},
       {"Pod", "v1", "/api/v1", "pods"}}};
  return kWords[static_cast<std::size_t>(kind)];
}

std::string text_of(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string name_of(const Json& object) { return provision::text_member(object, {"metadata", "name"}); }

}  // namespace

std::string_view to_string(ObjectKind kind) noexcept { return words_of(kind).kind; }
std::string_view api_version(ObjectKind kind) noexcept { return words_of(kind).version; }

Json order_labels(std::string_view installation, std::string_view id) {
  return {
      {"app.kubernetes.io/managed-by", kManager}, {"harbinger/installation", installation}, {"harbinger/order", id}};
}

std::string order_selector(std::string_view installation, std::string_view id) {
  std::string selector =
      "app.kubernetes.io/managed-by=" + std::string(kManager) + ",harbinger/installation=" + std::string(installation);
  return id.empty() ? selector : selector + ",harbinger/order=" + std::string(id);
}

bool is_ours(const Json& object, std::string_view installation) {
  const auto label = [&](std::string_view name) {
    return provision::text_member(object, {"metadata", "labels", name});
  };
  return label("app.kubernetes.io/managed-by") == kManager && label("harbinger/installation") == installation &&
         !label("harbinger/order").empty();
}

bool is_ending(const Json& object) {
  const auto* const deleted = provision::member(object, {"metadata", "deletionTimestamp"});
  return deleted && !deleted->is_null();
}

std::string ClusterObjects::path(ObjectKind kind) const {
  const auto& words = words_of(kind);
  return std::string(words.path) + "/namespaces/" + settings().name_space + "/" + std::string(words.plural);
}

Result<Json> ClusterObjects::read(ObjectKind kind, const provision::RestAnswer& answer) const {
  auto object = provision::read_json(answer.body);
  if (!name_of(object).empty()) return object;
  return fail(ErrorCode::malformed,
              settings().server.to_string() + " answered with no " + std::string(to_string(kind)));
}

Result<ClusterObjects::Created> ClusterObjects::create(ObjectKind kind, const Json& manifest,
                                                       const RestLimits& limits) {
  const auto answer = api_.ask({.method = "POST", .target = path(kind), .body = text_of(manifest)}, limits);
  if (answer) {
    auto object = read(kind, *answer);
    if (!object) return fail(object.error());
    return Created{.object = std::move(*object), .now = true};
  }
  if (answer.error().code != ErrorCode::conflict) return fail(answer.error());
  const auto name = name_of(manifest);
  auto there = get(kind, name, limits);
  if (!there) return fail(there.error());
  if (!*there) return fail(answer.error());
  const auto which = std::string(to_string(kind)) + " " + name;
  if (!is_ours(**there, settings().installation))
    return fail(ErrorCode::conflict, which + " is there, and is not ours");
  if (is_ending(**there)) return fail(ErrorCode::conflict, which + " was told to end, and is still there");
  return Created{.object = std::move(**there)};
}

Result<std::optional<Json>> ClusterObjects::get(ObjectKind kind, const std::string& name, const RestLimits& limits) {
  const auto answer = api_.ask({.target = path(kind) + "/" + name}, limits);
  if (!answer && answer.error().code == ErrorCode::not_found) return std::nullopt;
  if (!answer) return fail(answer.error());
  auto object = read(kind, *answer);
  if (!object) return fail(object.error());
  return std::move(*object);
}

Result<std::vector<Json>> ClusterObjects::selected(ObjectKind kind, const std::string& selector,
                                                   const RestLimits& limits) {
  auto listed = api_.objects(path(kind), selector, limits);
  if (!listed) return fail(listed.error());
  std::erase_if(listed->objects, [](const Json& each) { return is_ending(each) || name_of(each).empty(); });
  return std::move(listed->objects);
}

Result<Json> ClusterObjects::patch(ObjectKind kind, const std::string& name, const Json& patch, Patch how,
                                   const RestLimits& limits) {
  const std::string type =
      how == Patch::merge ? "application/merge-patch+json" : "application/strategic-merge-patch+json";
  const auto answer = api_.ask(
      {.method = "PATCH", .target = path(kind) + "/" + name, .body = text_of(patch), .content_type = type}, limits);
  if (!answer) return fail(answer.error());
  return read(kind, *answer);
}

// By its uid: an object that somebody else has put in its place meanwhile is not touched.
Result<void> ClusterObjects::erase(ObjectKind kind, const Json& object, const RestLimits& limits) {
  Json how{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", "Background"}};
  how["preconditions"] = {{"uid", provision::text_member(object, {"metadata", "uid"})}};
  const auto answer =
      api_.ask({.method = "DELETE", .target = path(kind) + "/" + name_of(object), .body = text_of(how)}, limits);
  const bool gone =
      !answer && (answer.error().code == ErrorCode::not_found || answer.error().code == ErrorCode::conflict);
  if (answer || gone) return {};
  return fail(answer.error());
}

}  // namespace harbinger::orchestrate
