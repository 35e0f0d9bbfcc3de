#include "persona/admin_pages.h"

#include <array>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/calendar.h"
#include "persona/admin_text.h"

namespace harbinger::persona {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto kPatience = 500ms;
constexpr std::size_t kMostBody = 4096;
constexpr std::string_view kJson = "application/json";
constexpr std::array<std::string_view, 5> kVerbs{"rename", "pin", "unpin", "split", "merge"};

bool wants_json(const HttpRequest& request) { return request.accept.find(kJson) != std::string_view::npos; }

HttpResponse trouble(unsigned status, std::string_view what) {
  return {status, json{{"error", what}}.dump() + '\n', std::string(kJson)};
}

unsigned status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::malformed:
    case ErrorCode::too_large:
      return 400;
    case ErrorCode::denied:
      return 403;
    default:
      return 503;
  }
}

std::optional<ClientKey> key_in(std::string_view text) {
  ClientKey key = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, key, 16);
  if (text.size() != 16 || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return key;
}

// An answer that comes on another thread, waited for. Shared, because it may come after its waiter has gone.
struct Awaited {
  std::mutex lock;
  std::condition_variable came;
  std::optional<Result<PersonaExplanation>> answer;
};

std::optional<Result<PersonaExplanation>> ask(PersonaEngine& engine, ClientKey client) {
  auto awaited = std::make_shared<Awaited>();
  engine.explain(client, [awaited](Result<PersonaExplanation> answer) {
    const std::lock_guard guard(awaited->lock);
    awaited->answer = std::move(answer);
    awaited->came.notify_one();
  });
  std::unique_lock guard(awaited->lock);
  awaited->came.wait_for(guard, kPatience, [&] { return awaited->answer.has_value(); });
  return std::move(awaited->answer);
}

// The words that a change names, or none when they are not all there.
struct Words {
  std::string first, second;
};
std::optional<Words> words_of(std::string_view verb, std::string_view body) {
  const auto object = json::parse(body, nullptr, false);
  const auto text = [&](const char* field) -> std::string {
    const auto found = object.is_object() ? object.find(field) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
  };
  Words words;
  words.first = text(verb == "merge" ? "from" : "persona");
  words.second = text(verb == "merge" ? "into" : "name");
  const bool one = verb == "pin" || verb == "unpin";
  if (words.first.empty() || (words.second.empty() && !one)) return std::nullopt;
  return words;
}

std::string usage_of(std::string_view verb) {
  if (verb == "merge") return R"(a JSON object is needed: {"from": "NAME", "into": "NAME"})";
  if (verb == "pin" || verb == "unpin") return R"(a JSON object is needed: {"persona": "NAME"})";
  return R"(a JSON object is needed: {"persona": "NAME", "name": "NEW NAME"})";
}

Result<void> apply(PersonaAdmin& admin, std::string_view verb, const Words& words) {
  if (verb == "rename") return admin.rename(words.first, words.second);
  if (verb == "split") return admin.split(words.first, words.second);
  if (verb == "merge") return admin.merge(words.first, words.second);
  return admin.pin(words.first, verb == "pin");
}

}  // namespace

AdminPages::AdminPages(World world, ReporterTokens tokens) : world_(std::move(world)), tokens_(std::move(tokens)) {}

HttpResponse AdminPages::list(const HttpRequest& request) const {
  auto personas = world_.list();
  if (const auto wanted = request.value("persona"); !wanted.empty()) {
    std::erase_if(personas, [&](const PersonaProfile& each) { return each.name != wanted; });
    if (personas.empty()) return trouble(404, "there is no persona " + wanted);
    if (!wants_json(request)) return {200, as_page(personas.front())};
  }
  if (wants_json(request)) return {200, as_json(personas), std::string(kJson)};
  return {200, as_table(personas)};
}

HttpResponse AdminPages::explain(const HttpRequest& request) const {
  const auto text = request.value("client");
  auto client = key_in(text);
  if (!client) {
    const auto address = IpAddress::parse(text);
    if (!address) return trouble(400, "asked as /v1/personas/explain?client=ADDRESS");
    client = world_.keys->key_of(*address, {}, calendar_ms(*world_.clock));
  }
  const auto answer = ask(*world_.engine, *client);
  if (!answer) return trouble(503, "the engine does not answer; ask again");
  if (!*answer) return trouble(status_of(answer->error().code), answer->error().message);
  if (wants_json(request)) return {200, as_json(**answer), std::string(kJson)};
  return {200, as_page(**answer)};
}

bool AdminPages::may_change(const HttpRequest& request) const {
  return tokens_.empty() ? request.peer.ip.is_loopback() : tokens_.match(request.field("authorization"));
}

HttpResponse AdminPages::change(std::string_view verb, const HttpRequest& request) const {
  if (!may_change(request))
    return tokens_.empty() ? trouble(403, "changes come from this machine, or with a token")
                           : trouble(401, "a bearer token is needed");
  // Any page in an operator's browser comes from this machine, and one whose name leads here by now needs no leave to ask. Browsers say where the
  // page is from; harbingerctl has no such field.
  if (tokens_.empty() && !request.field("origin").empty())
    return trouble(403, "changes from a web page need a token: name a file of admin_tokens");
  // A page in an operator's browser cannot send this without asking first, and nobody allows it then.
  if (!request.field("content-type").starts_with(kJson)) return trouble(415, "the body must be application/json");
  const auto words = words_of(verb, request.body);
  if (!words) return trouble(400, usage_of(verb));
  if (world_.admin == nullptr) return trouble(409, "this server's engine is elsewhere: ask the engine's own address");
  if (const auto done = apply(*world_.admin, verb, *words); !done)
    return trouble(status_of(done.error().code), done.error().message);
  return {200, "{}\n", std::string(kJson)};
}

std::vector<HttpServer::Route> serve_admin(HttpServer& server, std::shared_ptr<const AdminPages> pages) {
  std::vector<HttpServer::Route> routes;
  routes.push_back(server.route("/v1/personas", [pages](const HttpRequest& request) { return pages->list(request); }));
  routes.push_back(
      server.route("/v1/personas/explain", [pages](const HttpRequest& request) { return pages->explain(request); }));
  for (const auto verb : kVerbs)
    routes.push_back(server.route("/v1/personas/" + std::string(verb),
                                  HttpMethods{.get = false, .most_body = kMostBody},
                                  [pages, verb](const HttpRequest& request) { return pages->change(verb, request); }));
  return routes;
}

}  // namespace harbinger::persona
