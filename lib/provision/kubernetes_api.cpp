#include "provision/kubernetes_api.h"

#include <utility>

#include "provision/rest_patience.h"
#include "provision/rest_refusal.h"

namespace harbinger::provision {

namespace {

constexpr int kMostPages = 1000;

}  // namespace

KubernetesApi::KubernetesApi(Settings settings, std::unique_ptr<RestClient> client, const Clock& clock)
    : settings_(std::move(settings)), client_(std::move(client)), clock_(clock) {
  if (!settings_.token.empty()) token_.emplace(settings_.token);
}

Result<std::unique_ptr<KubernetesApi>> KubernetesApi::make(const Settings& settings, const Clock& clock) {
  auto client = RestClient::make({.server = settings.server, .ca = settings.ca}, clock);
  if (!client) return fail(client.error());
  return std::unique_ptr<KubernetesApi>(new KubernetesApi(settings, std::move(*client), clock));
}

// The token that it went with; empty when there is none.
Result<std::string> KubernetesApi::authorize(RestRequest& request) {
  request.fields.clear();
  if (!token_) return std::string();
  auto token = token_->text();
  if (token) request.fields.emplace_back("Authorization", "Bearer " + *token);
  return token;
}

Error KubernetesApi::error_of(const RestAnswer& answer) const {
  auto error = refusal(settings_.server.to_string(), answer);
  if (answer.status == 401)
    error.message += token_ ? "; put a token that holds into " + token_->file().string()
                            : std::string("; `token` names the file of a token");
  if (answer.status == 403 && error.code == ErrorCode::denied)
    error.message += "; the token's account needs the rights that " + settings_.rights + " lists";
  return error;
}

Result<RestAnswer> KubernetesApi::ask(RestRequest request, const RestLimits& limits) {
  for (bool again = true;; again = false) {
    const auto token = authorize(request);
    if (!token) return fail(token.error());
    auto answer = call_patiently(*client_, request, limits, clock_);
    if (!answer || answer->fine()) return answer;
    if (answer->status == 401 && again && token_ && token_->differs_from(*token)) continue;
    return fail(error_of(*answer));
  }
}

Result<void> KubernetesApi::follow(RestRequest request, const RestLimits& limits, const RestClient::Part& part) {
  const auto token = authorize(request);
  if (!token) return fail(token.error());
  const auto answer = client_->follow(request, limits, part);
  if (!answer) return fail(answer.error());
  if (!answer->fine()) return fail(error_of(*answer));
  return {};
}

std::string KubernetesApi::pods() const { return "/api/v1/namespaces/" + settings_.name_space + "/pods"; }

Result<KubernetesApi::Pods> KubernetesApi::list(const RestLimits& limits, const std::string& also) {
  auto selector = pod_selector(settings_.installation);
  if (!also.empty()) selector += "," + also;
  auto found = objects(pods(), selector, limits);
  if (!found) return fail(found.error());
  Pods all{.pods = {}, .version = std::move(found->version)};
  for (const auto& each : found->objects)
    if (auto pod = read_pod(each, settings_.installation)) all.pods.push_back(std::move(*pod));
  return all;
}

Result<KubernetesApi::Objects> KubernetesApi::objects(const std::string& list, const std::string& selector,
                                                      const RestLimits& limits) {
  auto found = objects_once(list, selector, limits);
  // 410: the server has forgotten what the next page goes on from.
  if (!found && found.error().code == ErrorCode::not_found) found = objects_once(list, selector, limits);
  return found;
}

Result<KubernetesApi::Objects> KubernetesApi::objects_once(const std::string& list, const std::string& selector,
                                                           const RestLimits& limits) {
  Objects all;
  std::string more;
  for (int page = 0; page < kMostPages; ++page) {
    auto target = list + "?labelSelector=" + url_escaped(selector) + "&limit=500";
    if (!more.empty()) target += "&continue=" + url_escaped(more);
    const auto answer = ask({.target = target}, limits);
    if (!answer) return fail(answer.error());
    const auto body = read_json(answer->body);
    if (!member(body, {"items"}))
      return fail(ErrorCode::malformed, settings_.server.to_string() + " answered with no list at " + list);
    for (const auto& each : list_member(body, {"items"})) all.objects.push_back(each);
    all.version = text_member(body, {"metadata", "resourceVersion"});
    more = text_member(body, {"metadata", "continue"});
    if (more.empty()) return all;
  }
  return fail(ErrorCode::malformed, settings_.server.to_string() + " goes on listing " + list + " without an end");
}

}  // namespace harbinger::provision
