#include "persona/event_endpoint.h"

#include <algorithm>
#include <mutex>

#include <harbinger/token_budget.h>
#include <nlohmann/json.hpp>

#include "base/calendar.h"
#include "persona/event_door.h"
#include "persona/origins.h"
#include "persona/reporter_tokens.h"
#include "persona/sampling.h"
#include "persona/told_client.h"
#include "persona/user_agent.h"
#include "persona/web_script.h"

namespace harbinger::persona {

namespace {

constexpr std::size_t kFaults = static_cast<std::size_t>(EventFault::limit);
constexpr double kBurstSeconds = 5;
constexpr const char* kRetrySoon = "2";
constexpr const char* kRetryLater = "30";

// What a caller is told.
struct Told {
  std::uint64_t taken = 0, rejected = 0, shed = 0;
};

HttpResponse json_response(unsigned status, const nlohmann::ordered_json& body) {
  return {status, body.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n",
          "application/json"};
}

HttpResponse complaint(unsigned status, std::string_view why) { return json_response(status, {{"error", why}}); }

HttpResponse where_it_is_wrong(const Error& error) {
  nlohmann::ordered_json body{{"error", error.message}};
  if (error.position.line != 0) {
    body["line"] = error.position.line;
    body["column"] = error.position.column;
  }
  return json_response(400, body);
}

// A beacon sends text/plain, for which browsers do not ask first.
bool takes_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type.empty() || type == "application/json" || type == "text/plain";
}

TokenBudget::Settings budgets(const EventEndpointSettings& settings) {
  TokenBudget::Settings rates;
  rates.requests_global = {settings.most_per_second, 0};
  rates.requests_per_client = {settings.most_per_client, settings.most_per_client * kBurstSeconds};
  return rates;
}

class Endpoint final : public EventEndpoint {
 public:
  Endpoint(EventEndpointSettings settings, EventEndpointWorld world, ReporterTokens tokens)
      : settings_(std::move(settings)),
        world_(std::move(world)),
        tokens_(std::move(tokens)),
        door_(*world_.keys, {settings_.keep_query_strings}),
        sampling_(settings_.sampling),
        budget_(budgets(settings_)) {
    register_metrics(*world_.metrics);
  }

  HttpResponse events(const HttpRequest& request) override {
    const std::lock_guard lock(mutex_);
    const auto origin = request.field("Origin");
    if (!origin.empty() && !may_report(origin, request.field("Host"), settings_.origins))
      return refused(complaint(403, "pages of this origin may not report here"));
    auto response = request.method == HttpMethod::options ? preflight() : report(request, origin.empty());
    if (!origin.empty()) {
      response.fields.emplace_back("Access-Control-Allow-Origin", origin);
      response.fields.emplace_back("Access-Control-Allow-Credentials", "true");
    }
    response.fields.emplace_back("Vary", "Origin");
    return response;
  }

  HttpResponse script() const override {
    return {200,
            std::string(web_script()),
            "text/javascript; charset=utf-8",
            {{"Cache-Control", "public, max-age=3600"}, {"Cross-Origin-Resource-Policy", "cross-origin"}}};
  }

 private:
  void register_metrics(Metrics& metrics) {
    const auto count = [&](const char* result, const char* reason) {
      return metrics.counter("harbinger_sensor_events_total",
                             "Events that were told over HTTP, by what became of them.",
                             {{"reason", reason}, {"result", result}});
    };
    taken_ = count("taken", "");
    shed_ = count("shed", "");
    refused_by_sink_ = count("rejected", "engine");
    for (std::size_t i = 1; i < kFaults; ++i)
      rejected_[i] = count("rejected", std::string(to_string(static_cast<EventFault>(i))).c_str());
    refused_ = metrics.counter("harbinger_sensor_refused_total", "Reports over HTTP that were refused whole.");
  }

  HttpResponse refused(HttpResponse response) const {
    refused_.add();
    return response;
  }

  static HttpResponse preflight() {
    return {204,
            {},
            {},
            {{"Access-Control-Allow-Methods", "POST"},
             {"Access-Control-Allow-Headers", "Content-Type, Authorization"},
             {"Access-Control-Max-Age", "86400"}}};
  }

  HttpResponse report(const HttpRequest& request, bool no_browser) {
    const auto authorization = request.field("Authorization");
    const bool trusted = tokens_.match(authorization);
    if (!trusted && (!authorization.empty() || (no_browser && !tokens_.empty()))) {
      auto response = complaint(401, "a token is needed, as `Authorization: Bearer TOKEN`");
      response.fields.emplace_back("WWW-Authenticate", "Bearer");
      return refused(std::move(response));
    }
    if (!takes_type(request.field("Content-Type")) || !request.field("Content-Encoding").empty())
      return refused(complaint(415, "expected application/json or text/plain, not compressed"));
    const auto now = world_.clock->now();
    sampling_.ease(now);
    if (sampling_.overwhelmed()) return refused(too_many(kRetryLater));
    const auto batch = read_events(request.body);
    if (!batch) return refused(where_it_is_wrong(batch.error()));
    return take(*batch,
                {client_of(request, settings_.trusted_proxies), device_of(request.field("User-Agent")), trusted}, now);
  }

  HttpResponse take(const ToldBatch& batch, const Sender& sender, MonotonicTime now) {
    door_.let_in(batch, sender, calendar_ms(*world_.clock));
    Told told{.rejected = batch.events.size() - door_.events().size()};
    bool client_is_too_fast = false;
    heard_.clear();
    for (const auto& event : door_.events()) {
      const auto limit = sampling_.hears(event.client) ? budget_.take(sender.trusted ? 0 : event.client, 0, 0, now)
                                                       : TokenBudget::Limit::resource;
      if (limit == TokenBudget::Limit::none) heard_.push_back(event);
      if (limit == TokenBudget::Limit::global) sampling_.press(now);
      client_is_too_fast |= limit == TokenBudget::Limit::client;
    }
    told.shed = door_.events().size() - heard_.size();
    hand_over(told, now);
    count(told);
    if (client_is_too_fast && told.taken == 0) return too_many(kRetrySoon);
    return receipt(told);
  }

  void hand_over(Told& told, MonotonicTime now) {
    if (heard_.empty()) return;
    const auto receipt = world_.sink(heard_);
    told.taken += receipt.taken;
    told.rejected += receipt.rejected;
    told.shed += receipt.shed;
    refused_by_sink_.add(receipt.rejected);
    if (receipt.shed != 0) sampling_.press(now);
  }

  void count(const Told& told) const {
    taken_.add(told.taken);
    shed_.add(told.shed);
    for (std::size_t i = 1; i < kFaults; ++i)
      if (door_.faults()[i] != 0) rejected_[i].add(door_.faults()[i]);
  }

  static HttpResponse too_many(const char* seconds) {
    auto response = complaint(429, "too many events; later ones may be taken");
    response.fields.emplace_back("Retry-After", seconds);
    return response;
  }

  HttpResponse receipt(const Told& told) const {
    nlohmann::ordered_json body{{"taken", told.taken}, {"rejected", told.rejected}, {"shed", told.shed}};
    for (std::size_t i = 1; i < kFaults; ++i)
      if (door_.faults()[i] != 0)
        body["reasons"][std::string(to_string(static_cast<EventFault>(i)))] = door_.faults()[i];
    return json_response(202, body);
  }

  const EventEndpointSettings settings_;
  const EventEndpointWorld world_;
  const ReporterTokens tokens_;
  std::mutex mutex_;
  EventDoor door_;
  Sampling sampling_;
  TokenBudget budget_;
  std::vector<BehaviourEvent> heard_;  // kept for its memory
  Counter taken_, shed_, refused_by_sink_, refused_;
  std::array<Counter, kFaults> rejected_;
};

}  // namespace

Result<std::shared_ptr<EventEndpoint>> EventEndpoint::make(EventEndpointSettings settings, EventEndpointWorld world) {
  ReporterTokens tokens;
  if (settings.tokens) {
    auto loaded = ReporterTokens::load(*settings.tokens);
    if (!loaded) return fail(loaded.error());
    tokens = std::move(*loaded);
  }
  return std::make_shared<Endpoint>(std::move(settings), std::move(world), std::move(tokens));
}

std::vector<HttpServer::Route> serve_events(HttpServer& server, std::shared_ptr<EventEndpoint> endpoint,
                                            const EventEndpointSettings& settings) {
  server.allow_connections(settings.connections);
  std::vector<HttpServer::Route> routes;
  routes.push_back(server.route(std::string(EventEndpoint::kEventsPath),
                                {.get = false, .options = true, .most_body = settings.most_body},
                                [endpoint](const HttpRequest& request) { return endpoint->events(request); }));
  routes.push_back(server.route(std::string(EventEndpoint::kScriptPath),
                                [endpoint](const HttpRequest&) { return endpoint->script(); }));
  return routes;
}

}  // namespace harbinger::persona
