#include "provision/nova_calls.h"

#include <algorithm>
#include <utility>

#include "provision/rest_patience.h"
#include "provision/template_words.h"

namespace harbinger::provision {

using namespace std::chrono_literals;

namespace {

std::string text_of(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string path_of(const std::string& uuid) { return "/servers/" + url_escaped(uuid); }

}  // namespace

void NovaCalls::remember(const NovaServer& server) {
  constexpr std::size_t kMost = 20'000;
  const std::lock_guard lock(mutex_);
  if (uuids_.size() >= kMost) uuids_.clear();
  uuids_.insert_or_assign(server.found.id, server.uuid);
}

std::optional<std::string> NovaCalls::uuid_of(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = uuids_.find(id);
  return found == uuids_.end() ? std::nullopt : std::optional(found->second);
}

void NovaCalls::forget(std::string_view id) {
  meter_.forget(std::string(id));
  const std::lock_guard lock(mutex_);
  if (const auto found = uuids_.find(id); found != uuids_.end()) uuids_.erase(found);
}

// Nova takes the name for a regular expression; names are not unique to it. The oldest first, those that end not at all.
Result<std::vector<NovaServer>> NovaCalls::named(std::string_view id, const RestLimits& limits) {
  const auto name = server_name(settings_.installation, id);
  const auto listed = api_->pages("/servers/detail?limit=100&name=" + url_escaped("^" + name + "$"), "servers", limits);
  if (!listed) return fail(listed.error());
  std::vector<NovaServer> found;
  for (const auto& each : *listed) {
    auto server = read_server(each, settings_.installation, settings_.addresses);
    if (server && server->found.id == id && !server->ending) found.push_back(std::move(*server));
  }
  std::ranges::sort(found, {}, [](const NovaServer& each) { return std::pair(each.created, each.uuid); });
  return found;
}

Result<std::optional<NovaServer>> NovaCalls::by_uuid(const std::string& uuid, const RestLimits& limits) {
  const auto answer = api_->ask({.target = path_of(uuid)}, limits);
  if (!answer && answer.error().code == ErrorCode::not_found) return std::nullopt;
  if (!answer) return fail(answer.error());
  const auto body = read_json(answer->body);
  const auto* const object = member(body, {"server"});
  return object ? read_server(*object, settings_.installation, settings_.addresses) : std::nullopt;
}

Result<std::optional<NovaServer>> NovaCalls::find(std::string_view id, const RestLimits& limits) {
  if (!label_like(id, "id")) return std::nullopt;
  if (const auto uuid = uuid_of(id)) {
    auto server = by_uuid(*uuid, limits);
    if (!server) return fail(server.error());
    if (*server && !(*server)->ending) return server;
    forget(id);
  }
  auto servers = named(id, limits);
  if (!servers) return fail(servers.error());
  if (servers->empty()) return std::nullopt;
  remember(servers->front());
  return std::move(servers->front());
}

Result<Flavor> NovaCalls::flavor_of(const Order& order, const RestLimits& limits) {
  const auto word = order.what->more.find("flavor");
  return word == order.what->more.end() ? flavors_.fitting(order.size, limits) : flavors_.named(word->second, limits);
}

// Nova makes as many servers of a name as it is asked for, so it is asked first what there is.
Result<NovaServer> NovaCalls::make(const Order& order, const RestLimits& limits) {
  auto there = find(order.id, limits);
  if (!there) return fail(there.error());
  if (*there) return std::move(**there);
  const auto flavor = flavor_of(order, limits);
  if (!flavor) return fail(flavor.error());
  const auto body = server_request(settings_.installation, order, flavor->id);
  if (!body) return fail(body.error());
  const auto answer = api_->ask({.method = "POST", .target = "/servers", .body = text_of(*body)}, limits);
  if (!answer) return fail(answer.error());
  // It tells the id and little else.
  NovaServer server{.uuid = text_member(read_json(answer->body), {"server", "id"}), .status = "BUILD"};
  if (server.uuid.empty()) return fail(ErrorCode::malformed, "Nova answered without the id of the new server");
  server.found = {.id = order.id, .template_name = order.what->name, .condition = Found::Condition::starting};
  remember(server);
  return server;
}

// All of its name: a request whose answer was lost may have made a second one.
Result<void> NovaCalls::end(std::string_view id, const RestLimits& limits) {
  if (!label_like(id, "id")) return {};
  const auto servers = named(id, limits);
  if (!servers) return fail(servers.error());
  for (const auto& each : *servers) {
    const auto ended = api_->ask({.method = "DELETE", .target = path_of(each.uuid)}, limits);
    if (!ended && ended.error().code != ErrorCode::not_found) return fail(ended.error());
  }
  forget(id);
  return {};
}

Result<void> NovaCalls::confirm(const NovaServer& server, const RestLimits& limits) {
  const auto answer = api_->ask(
      {.method = "POST", .target = path_of(server.uuid) + "/action", .body = text_of({{"confirmResize", nullptr}})},
      limits);
  if (!answer) return fail(answer.error());
  return {};
}

Result<void> NovaCalls::resize(const NovaServer& server, const Size& size, const RestLimits& limits) {
  const auto flavor = flavors_.fitting(size, limits);
  if (!flavor) return fail(flavor.error());
  const Json body{{"resize", {{"flavorRef", flavor->id}}}};
  const auto asked =
      api_->ask({.method = "POST", .target = path_of(server.uuid) + "/action", .body = text_of(body)}, limits);
  if (!asked) return fail(asked.error());
  for (;;) {
    const auto now = by_uuid(server.uuid, limits);
    if (!now) return fail(now.error());
    if (!*now) return fail(ErrorCode::not_found, "server " + server.uuid + " is gone");
    if ((*now)->status == "VERIFY_RESIZE") return confirm(**now, limits);
    if ((*now)->trouble) return fail(*(*now)->trouble);
    if (clock().now() + 1s >= limits.deadline || !rest_for(500ms, limits.stop))
      return fail(ErrorCode::timeout, "server " + server.uuid + " is still " + (*now)->status +
                                          "; its new size is confirmed when it is looked at next");
  }
}

Result<Usage> NovaCalls::usage(const NovaServer& server, const RestLimits& limits) {
  const auto answer = api_->ask({.target = path_of(server.uuid) + "/diagnostics"}, limits);
  if (!answer && answer.error().code == ErrorCode::denied)
    return fail(ErrorCode::unsupported,
                answer.error().message + "; diagnostics are for administrators, unless a policy says otherwise");
  if (!answer) return fail(answer.error());
  const auto body = read_json(answer->body);
  double cpu_ns = 0;
  for (const auto& each : list_member(body, {"cpu_details"})) cpu_ns += number_member(each, {"time"}).value_or(0);
  const double memory = number_member(body, {"memory_details", "used"}).value_or(0);
  return Usage{.cpus = meter_.cpus(server.found.id, cpu_ns, clock().now()),
               .memory_mb = static_cast<std::uint64_t>(std::clamp(memory, 0.0, 1e12))};
}

// By name, not by tag: while a request for a server waits to be placed, Nova does not find it by its tags.
Result<std::vector<NovaServer>> NovaCalls::list(const RestLimits& limits) {
  const auto name = url_escaped("^" + server_name(settings_.installation, ""));
  const auto listed = api_->pages("/servers/detail?limit=500&name=" + name, "servers", limits);
  if (!listed) return fail(listed.error());
  std::vector<NovaServer> found;
  for (const auto& each : *listed) {
    auto server = read_server(each, settings_.installation, settings_.addresses);
    if (server && !server->ending) found.push_back(std::move(*server));
  }
  return found;
}

Result<void> NovaCalls::greet(const RestLimits& limits) {
  const auto answer = api_->ask({.target = "/servers?limit=1"}, limits);
  if (!answer) return fail(answer.error());
  return {};
}

}  // namespace harbinger::provision
