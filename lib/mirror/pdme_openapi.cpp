#include "mirror/pdme_openapi.h"

#include <harbinger/version.h>
#include "mirror/config_document.h"
#include "mirror/external_events.h"
#include "mirror/pdme_json.h"

namespace harbinger::mirror {

namespace {

using nlohmann::ordered_json;

ordered_json refers_to(const char* schema) { return {{"$ref", std::string("#/components/schemas/") + schema}}; }

ordered_json json_of(ordered_json schema) { return {{"application/json", {{"schema", std::move(schema)}}}}; }

ordered_json said(const char* what) { return {{"description", what}, {"content", json_of(refers_to("Trouble"))}}; }

ordered_json with_etag(const char* what) {
  return {{"description", what},
          {"headers", {{"ETag", {{"description", "the version"}, {"schema", {{"type", "string"}}}}}}},
          {"content", json_of(refers_to("Settings"))}};
}

// What every route may answer besides its own.
ordered_json answers(ordered_json own) {
  own["401"] = said("no token, or none that is known");
  own["403"] = said("the token's scope is too small");
  return own;
}

ordered_json parameter(const char* in, const char* name, bool required, const char* help) {
  return {{"in", in}, {"name", name}, {"required", required}, {"description", help}, {"schema", {{"type", "string"}}}};
}

ordered_json operation(const char* id, const char* summary, ordered_json responses) {
  return {{"operationId", id}, {"summary", summary}, {"responses", answers(std::move(responses))}};
}

ordered_json page(const char* id, const char* summary, const char* schema) {
  return operation(id, summary, {{"200", {{"description", summary}, {"content", json_of(refers_to(schema))}}}});
}

ordered_json config_routes() {
  auto get = operation("getConfig", "the settings in force", {{"200", with_etag("the settings")}});
  auto put = operation("putConfig", "replaces the settings; what is left out is at its default",
                       {{"200", with_etag("in force, and on the disk")},
                        {"400", said("no JSON")},
                        {"412", said("the settings have changed since")},
                        {"413", said("the body is too long")},
                        {"415", said("not application/json")},
                        {"422", said("fields are wrong: each with its reason; nothing is applied")},
                        {"428", said("If-Match is missing")},
                        {"500", said("the disk does not take it")},
                        {"507", said("the disk is full; nothing is applied")}});
  put["parameters"] =
      ordered_json::array({parameter("header", "If-Match", true, "the ETag of the settings that are changed")});
  put["requestBody"] = {{"required", true}, {"content", json_of(refers_to("Settings"))}};
  return {{"get", std::move(get)}, {"put", std::move(put)}};
}

ordered_json why_route() {
  auto get = page("getWhy", "why a resource is mirrored, or is not", "Reasons");
  get["parameters"] = ordered_json::array(
      {parameter("query", "name", true, "the resource"), parameter("query", "cluster", false, "in this cluster only")});
  get["responses"]["400"] = said("no name");
  get["responses"]["404"] = said("nothing is known of it");
  return {{"get", std::move(get)}};
}

ordered_json events_route() {
  auto post = operation("postEvents", "tells of one or more events that will make resources wanted",
                        {{"202", {{"description", "taken"}, {"content", json_of(refers_to("Taken"))}}},
                         {"400", said("no JSON")},
                         {"415", said("not application/json")},
                         {"422", said("fields are wrong: each with its reason; none is taken")},
                         {"507", said("the disk of the audit log is full; none is taken")}});
  const ordered_json many{{"type", "array"}, {"minItems", 1}, {"maxItems", 1000}, {"items", refers_to("Event")}};
  post["requestBody"] = {{"required", true},
                         {"content", json_of({{"oneOf", ordered_json::array({refers_to("Event"), many})}})}};
  return {{"post", std::move(post)}};
}

ordered_json paths() {
  return {{"/pdme/config", config_routes()},
          {"/pdme/stats", {{"get", page("getStats", "how mirroring does", "Stats")}}},
          {"/pdme/mirrors", {{"get", page("getMirrors", "every mirror that there is or will be", "Mirrors")}}},
          {"/pdme/why", why_route()},
          {"/pdme/openapi.json",
           {{"get", operation("getOpenapi", "this document", {{"200", {{"description", "OpenAPI 3.1"}}}})}}},
          {"/v1/events/external", events_route()}};
}

// From a page itself, so that no field is forgotten.
ordered_json schema_like(const ordered_json& value) {
  if (value.is_object()) {
    auto properties = ordered_json::object();
    for (const auto& [key, each] : value.items()) properties[key] = schema_like(each);
    return {{"type", "object"}, {"properties", std::move(properties)}};
  }
  if (value.is_array())
    return {{"type", "array"}, {"items", value.empty() ? ordered_json::object() : schema_like(value[0])}};
  if (value.is_boolean()) return {{"type", "boolean"}};
  if (value.is_number_integer()) return {{"type", "integer"}};
  return {{"type", value.is_number() ? "number" : "string"}};
}

ordered_json schemas() {
  const MirrorState mirror;
  MirrorReasons reasons;
  reasons.candidates.emplace_back();
  reasons.mirrors.push_back(mirror);
  reasons.history.emplace_back();
  PdmeStats stats;
  stats.members.emplace_back();
  const ordered_json reason{{"at", ""}, {"wrong", ""}, {"right", ""}};
  const ordered_json trouble{{"error", ""}, {"reasons", ordered_json::array({reason})}};
  return {{"Settings", settings_schema()},
          {"Stats", schema_like(stats_json(stats))},
          {"Mirrors", schema_like(mirrors_json({mirror}))},
          {"Reasons", schema_like(reasons_json("", {reasons}))},
          {"Event", external_event_schema()},
          {"Taken", schema_like({{"taken", 0}, {"unknown", 0}})},
          {"Trouble", schema_like(trouble)}};
}

}  // namespace

std::string pdme_openapi() {
  const ordered_json by_token{{"token", ordered_json::array()}}, by_certificate{{"certificate", ordered_json::array()}};
  const ordered_json document{
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "harbinger: mirroring"},
        {"version", HARBINGER_VERSION},
        {"description",
         "Settings and state of mirroring. Every request needs a bearer token or a client certificate."}}},
      {"security", ordered_json::array({by_token, by_certificate})},
      {"paths", paths()},
      {"components",
       {{"securitySchemes",
         {{"token", {{"type", "http"}, {"scheme", "bearer"}, {"description", "scopes: read, write"}}},
          {"certificate", {{"type", "mutualTLS"}}}}},
        {"schemas", schemas()}}}};
  return document.dump(2) + '\n';
}

}  // namespace harbinger::mirror
