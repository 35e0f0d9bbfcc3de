#include "provision/openstack_service.h"

#include <utility>

#include "provision/rest_patience.h"
#include "provision/rest_refusal.h"

namespace harbinger::provision {

namespace {

constexpr int kMostPages = 1000;

// Glance tells of the next page in a member of its own, the others among links.
bool has_next(const Json& body, const std::string& what) {
  if (!text_member(body, {"next"}).empty()) return true;
  for (const auto& each : list_member(body, {what + "_links"}))
    if (text_member(each, {"rel"}) == "next") return true;
  return false;
}

}  // namespace

// Tags at creation need it (Pike, 2017), flavors within servers and diagnostics alike for all hypervisors came before.
OpenstackService::Kind OpenstackService::nova() {
  return {.name = "Nova", .types = {"compute"}, .version = {}, .microversion = "compute 2.52"};
}
OpenstackService::Kind OpenstackService::cinder() {
  return {.name = "Cinder", .types = {"block-storage", "volumev3"}, .version = {}, .microversion = {}};
}
OpenstackService::Kind OpenstackService::neutron() {
  return {.name = "Neutron", .types = {"network"}, .version = "/v2.0", .microversion = {}};
}
OpenstackService::Kind OpenstackService::glance() {
  return {.name = "Glance", .types = {"image"}, .version = "/v2", .microversion = {}};
}

OpenstackService::OpenstackService(std::shared_ptr<Keystone> keystone, Kind kind, std::filesystem::path ca,
                                   const Clock& clock)
    : keystone_(std::move(keystone)), kind_(std::move(kind)), ca_(std::move(ca)), clock_(clock) {}

Result<std::unique_ptr<OpenstackService>> OpenstackService::make(const Keystone::Settings& settings, Kind kind,
                                                                 const Clock& clock) {
  auto keystone = Keystone::make(settings, clock);
  if (!keystone) return fail(keystone.error());
  return std::make_unique<OpenstackService>(std::move(*keystone), std::move(kind), settings.ca, clock);
}

Result<std::shared_ptr<RestClient>> OpenstackService::client_of(RestUrl url) {
  if (!url.path.ends_with(kind_.version)) url.path += kind_.version;
  const std::lock_guard lock(mutex_);
  if (client_ && client_->server() == url) return client_;
  auto client = RestClient::make({.server = url, .ca = ca_}, clock_);
  if (!client) return fail(client.error());
  client_ = std::move(*client);
  return client_;
}

Result<RestAnswer> OpenstackService::ask(RestRequest request, const RestLimits& limits) {
  std::string refused;
  for (;;) {
    const auto access = keystone_->access(limits, refused, kind_.types);
    if (!access) return fail(access.error());
    const auto client = client_of(access->service);
    if (!client) return fail(client.error());
    request.fields = {{"X-Auth-Token", access->token}};
    if (!kind_.microversion.empty()) request.fields.emplace_back("OpenStack-API-Version", kind_.microversion);
    auto answer = call_patiently(**client, request, limits, clock_);
    if (!answer || answer->fine()) return answer;
    if (answer->status != 401 || !refused.empty()) return fail(refusal(access->service.to_string(), *answer));
    refused = access->token;
  }
}

// Links to the next page may name the service by a URL that only it knows; what they say is the last element's id.
Result<std::vector<Json>> OpenstackService::pages(const std::string& target, std::string_view what,
                                                  const RestLimits& limits) {
  std::vector<Json> all;
  std::string marker;
  for (int page = 0; page < kMostPages; ++page) {
    const auto answer = ask({.target = target + (marker.empty() ? "" : "&marker=" + url_escaped(marker))}, limits);
    if (!answer) return fail(answer.error());
    const auto body = read_json(answer->body);
    if (!member(body, {what}))
      return fail(ErrorCode::malformed, kind_.name + " answered with no list of " + std::string(what));
    for (const auto& each : list_member(body, {what})) all.push_back(each);
    const auto& last = list_member(body, {what});
    if (last.empty() || !has_next(body, std::string(what))) return all;
    const auto next = text_member(last.back(), {"id"});
    if (next.empty() || next == marker) return all;
    marker = next;
  }
  return fail(ErrorCode::malformed, kind_.name + " goes on listing " + std::string(what) + " without an end");
}

}  // namespace harbinger::provision
