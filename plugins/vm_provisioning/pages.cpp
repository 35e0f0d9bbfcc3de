#include "plugins/vm_provisioning/pages.h"

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "plugins/vm_provisioning/tables.h"

namespace harbinger::vm_provisioning {

namespace {

using net::HttpScope;
using nlohmann::json;
using nlohmann::ordered_json;
using provision::ProvisioningEngine;

constexpr std::size_t kMostHalt = 1024;

HttpResponse as_json(unsigned status, const std::string& text) { return {status, text, "application/json"}; }

HttpResponse trouble(unsigned status, std::string_view what) {
  const ordered_json body{{"error", what}};
  return as_json(status, body.dump(-1, ' ', true, ordered_json::error_handler_t::replace) + '\n');
}

bool wants_text(const HttpRequest& request) { return request.accept.find("text/plain") != std::string_view::npos; }

// Who changes something writes.
HttpScope scope_of(const HttpRequest& request) {
  return request.method == HttpMethod::get || request.method == HttpMethod::head ? HttpScope::read : HttpScope::write;
}

HttpResponse release(const HttpRequest& request, ProvisioningEngine& engine) {
  const auto id = request.value("id");
  if (id.empty()) return trouble(400, "say which instance: DELETE /v1/instances?id=ID");
  const auto released = engine.release(id);
  if (released)
    return as_json(202, R"({"released": true})"
                        "\n");
  return trouble(released.error().code == ErrorCode::not_found ? 404 : 409,
                 "vm_provisioning: " + released.error().message);
}

}  // namespace

ProvisioningPages::ProvisioningPages(std::shared_ptr<HttpServer> server, std::shared_ptr<net::HttpGuard> guard,
                                     Engine engine)
    : server_(std::move(server)), guard_(std::move(guard)), engine_(std::move(engine)) {
  add("/v1/pools", {}, &ProvisioningPages::pools);
  add("/v1/instances", {.remove = true}, &ProvisioningPages::instances);
  add("/v1/why-scale", {}, &ProvisioningPages::why);
  add("/v1/halt", {.get = false, .most_body = kMostHalt}, &ProvisioningPages::halt);
}

void ProvisioningPages::add(const char* path, HttpMethods methods, Page page) {
  routes_.push_back(
      server_->route(path, methods, [this, page](const HttpRequest& request) { return answer(request, page); }));
}

HttpResponse ProvisioningPages::answer(const HttpRequest& request, Page page) {
  const auto caller = guard_->check(request, scope_of(request));
  if (!caller) return caller.error().response;
  const auto engine = engine_();
  if (!engine)
    return trouble(503, "provisioning has not begun: another process or server block still has the instances");
  return (this->*page)(request, *engine);
}

HttpResponse ProvisioningPages::pools(const HttpRequest& request, ProvisioningEngine& engine) const {
  const auto state = engine.state();
  if (wants_text(request)) return {200, pools_text(state)};
  return as_json(200, pools_json(state));
}

HttpResponse ProvisioningPages::instances(const HttpRequest& request, ProvisioningEngine& engine) const {
  if (request.method == HttpMethod::remove) return release(request, engine);
  const auto state = engine.state();
  if (wants_text(request)) return {200, instances_text(state)};
  return as_json(200, instances_json(state));
}

HttpResponse ProvisioningPages::why(const HttpRequest& request, ProvisioningEngine& engine) const {
  const auto pool = request.value("pool");
  if (pool.empty()) return trouble(400, "say which pool: /v1/why-scale?pool=POOL");
  const auto why = engine.why(pool);
  if (!why) return trouble(404, "vm_provisioning: " + why.error().message);
  if (wants_text(request)) return {200, why_text(*why)};
  return as_json(200, why_json(*why));
}

HttpResponse ProvisioningPages::halt(const HttpRequest& request, ProvisioningEngine& engine) const {
  const auto body = json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("halted") || !body["halted"].is_boolean())
    return trouble(400, "write {\"halted\": true} to start nothing more, and {\"halted\": false} to go on");
  const bool halted = body["halted"];
  engine.halt(halted);
  return as_json(200, ordered_json{{"halted", halted}}.dump() + '\n');
}

}  // namespace harbinger::vm_provisioning
