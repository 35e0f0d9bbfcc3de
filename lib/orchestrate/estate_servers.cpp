#include "orchestrate/estate_servers.h"

#include <utility>

namespace harbinger::orchestrate {

namespace {

using provision::RestLimits;

std::string text_of(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string path_of(const std::string& uuid) { return "/servers/" + provision::url_escaped(uuid); }

// As one of the provider `openstack`, under another name and with other marks.
Result<Json> request_of(const EstatePlan& plan, std::uint32_t part, const EstateServers::Ingredients& with) {
  provision::Template what{
      .name = "order", .provider = "estate", .image = with.image, .more = plan.server_words, .port = plan.port};
  if (!with.group.empty()) what.more["security_groups"] = with.group;
  const auto name = part_name(plan.installation, plan.id, part);
  auto body = provision::server_request(plan.installation, {.id = name, .what = &what, .size = {}, .deadline = {}},
                                        with.flavor);
  if (!body) return body;
  auto& server = body->at("server");
  auto metadata = part_metadata(plan.installation, plan.id, part, plan.need, with.flavor_name);
  metadata["harbinger_port"] = std::to_string(plan.port);
  server["name"] = name;
  server["tags"] = Json::array({"harbinger-estate-" + plan.installation});
  server["metadata"] = std::move(metadata);
  return body;
}

}  // namespace

// By name, not by tag or metadata: while a request for a server waits to be placed, Nova does not find it by those.
Result<std::vector<EstateServer>> EstateServers::list(std::string_view id, const RestLimits& limits) {
  const auto wanted = id.empty() ? "^" + part_name(installation_, {}) : "^" + part_name(installation_, id) + "-[0-9]+$";
  const auto listed =
      nova_.pages("/servers/detail?limit=500&name=" + provision::url_escaped(wanted), "servers", limits);
  if (!listed) return fail(listed.error());
  std::vector<EstateServer> found;
  for (const auto& each : *listed) {
    auto server = read_estate_server(each, installation_, addresses_);
    if (server && (id.empty() || server->mark.order == id)) found.push_back(std::move(*server));
  }
  return found;
}

Result<EstateServer> EstateServers::make(const EstatePlan& plan, std::uint32_t part, const Ingredients& with,
                                         const RestLimits& limits) {
  const auto body = request_of(plan, part, with);
  if (!body) return fail(body.error());
  const auto answer = nova_.ask({.method = "POST", .target = "/servers", .body = text_of(*body)}, limits);
  if (!answer) return fail(answer.error());
  // It tells the id and little else.
  EstateServer server;
  server.nova.uuid = provision::text_member(provision::read_json(answer->body), {"server", "id"});
  if (server.nova.uuid.empty()) return fail(ErrorCode::malformed, "Nova answered without the id of the new server");
  server.nova.status = "BUILD";
  server.mark = {.order = plan.id, .part = part, .need = plan.need};
  server.wanted_flavor = with.flavor_name;
  return server;
}

Result<void> EstateServers::end(const std::string& uuid, const RestLimits& limits) {
  const auto ended = nova_.ask({.method = "DELETE", .target = path_of(uuid)}, limits);
  if (ended || ended.error().code == ErrorCode::not_found) return {};
  return fail(ended.error());
}

Result<void> EstateServers::act(const std::string& uuid, const std::string& what, const Json& body,
                                const RestLimits& limits) {
  const auto answer =
      nova_.ask({.method = "POST", .target = path_of(uuid) + "/" + what, .body = text_of(body)}, limits);
  if (!answer) return fail(answer.error());
  return {};
}

Result<void> EstateServers::resize(const std::string& uuid, const std::string& flavor, const RestLimits& limits) {
  return act(uuid, "action", {{"resize", {{"flavorRef", flavor}}}}, limits);
}

Result<void> EstateServers::confirm(const std::string& uuid, const RestLimits& limits) {
  return act(uuid, "action", {{"confirmResize", nullptr}}, limits);
}

Result<void> EstateServers::attach(const std::string& uuid, const std::string& volume, const RestLimits& limits) {
  return act(uuid, "os-volume_attachments", {{"volumeAttachment", {{"volumeId", volume}}}}, limits);
}

Result<void> EstateServers::mark(const EstateServer& server, const Need& need, const std::string& flavor,
                                 const RestLimits& limits) {
  const auto metadata = part_metadata(installation_, server.mark.order, server.mark.part, need, flavor);
  return act(server.nova.uuid, "metadata", {{"metadata", metadata}}, limits);
}

}  // namespace harbinger::orchestrate
