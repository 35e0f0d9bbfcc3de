#include "plugins/orchestration/pages.h"

#include <algorithm>
#include <utility>

#include "plugins/orchestration/requests.h"
#include "plugins/orchestration/views.h"

namespace harbinger::orchestration {

namespace {

using namespace orchestrate;
using net::HttpScope;

constexpr std::size_t kMostWords = 16 << 10, kMostActivity = 8 << 20, kMostHistory = 1000, kUsualHistory = 100;

bool wants_text(const HttpRequest& request) { return request.accept.find("text/plain") != std::string_view::npos; }

template <class Value>
HttpResponse shown(const HttpRequest& request, const Value& value, std::string (*text)(const Value&),
                   std::string (*json)(const Value&)) {
  return wants_text(request) ? HttpResponse{200, text(value)} : as_json(200, json(value));
}

HttpResponse done(const Result<void>& result, std::string text) {
  return result ? as_json(200, std::move(text)) : trouble(result.error());
}

}  // namespace

OrchestrationPages::OrchestrationPages(std::shared_ptr<HttpServer> server, std::shared_ptr<net::HttpGuard> guard,
                                       Behind behind)
    : server_(std::move(server)), guard_(std::move(guard)), behind_(std::move(behind)) {
  look(kFirst, &state);
  look("/v1/orchestration/plan", &plan);
  look("/v1/orchestration/history", &history);
  look("/v1/orchestration/why-plan", &why);
  look("/v1/orchestration/resources", &resources);
  look("/v1/orchestration/users", &user);
  act("/v1/orchestration/approve", &approve, kMostWords);
  act("/v1/orchestration/deny", &deny, kMostWords);
  act("/v1/orchestration/halt", &halt, kMostWords);
  act("/v1/orchestration/resume", &resume, kMostWords);
  act("/v1/orchestration/label", &label, kMostWords);
  act("/v1/orchestration/claim", &claim, kMostWords);
  act("/v1/orchestration/release", &release, kMostWords);
  act("/v1/activity", &activity, kMostActivity);
}

void OrchestrationPages::look(const char* path, Page page) { add(path, {}, page); }

void OrchestrationPages::act(const char* path, Page page, std::size_t most_body) {
  add(path, {.get = false, .most_body = most_body}, page);
}

void OrchestrationPages::add(const char* path, HttpMethods methods, Page page) {
  routes_.push_back(
      server_->route(path, methods, [this, page](const HttpRequest& request) { return answer(request, page); }));
}

// Who changes something writes.
HttpResponse OrchestrationPages::answer(const HttpRequest& request, Page page) const {
  const auto caller = guard_->check(request, request.method == HttpMethod::post ? HttpScope::write : HttpScope::read);
  if (!caller) return caller.error().response;
  const auto engine = behind_.engine();
  const auto intake = behind_.intake();
  if (!engine || !intake)
    return trouble(503, "orchestration has not begun: another process or server block still has its folder");
  return page({request, *engine, *intake});
}

HttpResponse OrchestrationPages::state(const Call& call) {
  return shown(call.request, call.engine.state(), state_text, state_json);
}

HttpResponse OrchestrationPages::plan(const Call& call) {
  return shown(call.request, call.engine.plan(), actions_text, actions_json);
}

HttpResponse OrchestrationPages::history(const Call& call) {
  std::size_t most = kUsualHistory;
  if (!call.request.value("most").empty()) {
    const auto said = number_of(call.request, "most");
    if (!said) return trouble(said.error());
    most = std::min<std::size_t>(*said, kMostHistory);
  }
  return shown(call.request, call.engine.history(most), actions_text, actions_json);
}

HttpResponse OrchestrationPages::why(const Call& call) {
  const auto action = number_of(call.request, "action");
  if (!action) return trouble(action.error());
  const auto sentences = call.engine.why(*action);
  if (!sentences) return trouble(sentences.error());
  return wants_text(call.request) ? HttpResponse{200, why_text(*action, *sentences)}
                                  : as_json(200, why_json(*action, *sentences));
}

HttpResponse OrchestrationPages::resources(const Call& call) {
  return shown(call.request, call.engine.resources(), resources_text, resources_json);
}

HttpResponse OrchestrationPages::user(const Call& call) {
  const auto key = user_of(call.request, call.intake);
  if (!key) return trouble(key.error());
  const auto user = call.engine.user(*key);
  return user ? shown(call.request, *user, user_text, user_json) : trouble(user.error());
}

HttpResponse OrchestrationPages::approve(const Call& call) {
  if (call.request.value("action") == "all")
    return as_json(200, "{\"approved\": " + std::to_string(call.engine.approve_all()) + "}\n");
  const auto action = number_of(call.request, "action");
  if (!action) return trouble(400, "orchestration: say `action`, a number or `all`");
  return done(call.engine.approve(*action, true), "{\"approved\": 1}\n");
}

HttpResponse OrchestrationPages::deny(const Call& call) {
  const auto action = number_of(call.request, "action");
  if (!action) return trouble(action.error());
  return done(call.engine.approve(*action, false), "{\"denied\": 1}\n");
}

HttpResponse OrchestrationPages::halt(const Call& call) {
  call.engine.halt(true);
  return as_json(200, "{\"halted\": true}\n");
}

HttpResponse OrchestrationPages::resume(const Call& call) {
  call.engine.halt(false);
  return as_json(200, "{\"halted\": false}\n");
}

HttpResponse OrchestrationPages::label(const Call& call) {
  const auto said = read_label_body(call.request.body, call.intake);
  if (!said) return trouble(said.error());
  const auto labelled = call.engine.label(said->user, said->label.attribute, said->label.value);
  return done(labelled, "{\"user\": \"" + key_text(said->user) + "\"}\n");
}

HttpResponse OrchestrationPages::activity(const Call& call) {
  const auto format = call.request.value("format");
  auto receipt = call.intake.post(format.empty() ? "json" : format, call.request.body);
  auto response = as_json(receipt.status, std::move(receipt.body));
  if (response.status == 503) response.fields.emplace_back("Retry-After", "1");
  return response;
}

HttpResponse OrchestrationPages::claim(const Call& call) {
  const auto said = read_claim(call.request.body, call.intake);
  if (!said) return trouble(said.error());
  const auto claimed = call.engine.claim(said->user, said->need, said->request);
  return claimed ? as_json(200, claim_json(*claimed)) : trouble(claimed.error());
}

HttpResponse OrchestrationPages::release(const Call& call) {
  const auto id = call.request.value("resource");
  if (id.empty()) return trouble(400, "orchestration: say which: POST /v1/orchestration/release?resource=ID");
  return done(call.engine.release(id), "{\"released\": true}\n");
}

}  // namespace harbinger::orchestration
