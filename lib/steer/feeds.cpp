#include "steer/feeds.h"

#include <nlohmann/json.hpp>

#include <harbinger/token_budget.h>
#include "persona/origins.h"
#include "persona/reporter_tokens.h"
#include "persona/told_client.h"
#include "steer/feed_items.h"

namespace harbinger::steer {

namespace {

constexpr std::size_t kMostBody = 256 << 10, kMostBeacon = 4 << 10;
constexpr Rate kBeacons{5, 20};
constexpr const char* kJson = "application/json";

HttpResponse complaint(unsigned status, std::string_view why) {
  return {status, nlohmann::json{{"error", why}}.dump() + "\n", kJson};
}

class HttpFeeds final : public Feeds {
 public:
  HttpFeeds(std::shared_ptr<HttpServer> server, const FeedSettings& settings, persona::ReporterTokens tokens,
            World world)
      : server_(std::move(server)), settings_(settings), tokens_(std::move(tokens)), world_(std::move(world)) {
    taken_ = count("taken");
    refused_ = count("refused");
    unknown_ = count("unknown_endpoint");
    const auto post = [&](const char* path, HttpMethods methods, auto handler) {
      routes_.push_back(server_->route(
          path, methods, [this, handler](const HttpRequest& request) { return (this->*handler)(request); }));
    };
    post("/v1/feeds/endpoints", {.get = false, .most_body = kMostBody}, &HttpFeeds::endpoints);
    post("/v1/feeds/latency", {.get = false, .most_body = kMostBody}, &HttpFeeds::latency);
    post("/v1/feeds/rum", {.get = false, .options = true, .most_body = kMostBeacon}, &HttpFeeds::beacon);
  }

 private:
  Counter count(const char* result) const {
    return world_.metrics->counter("harbinger_steer_feed_items_total", "What feeds said, by what became of it",
                                   {{"result", result}});
  }

  // From this machine without a token, but not from a page in somebody's browser on it.
  std::optional<HttpResponse> not_allowed(const HttpRequest& request) const {
    if (tokens_.empty() && request.peer.ip.is_loopback() && request.field("origin").empty()) return std::nullopt;
    if (!tokens_.empty() && tokens_.match(request.field("authorization"))) return std::nullopt;
    refused_.add();
    if (tokens_.empty())
      return complaint(403, "feeds come from this machine, or with a token: name a file of `tokens`");
    return complaint(401, "a token is needed, as `Authorization: Bearer TOKEN`");
  }
  HttpResponse wrong(const Error& error) const {
    refused_.add();
    return complaint(400, error.message);
  }
  HttpResponse done(std::size_t taken, std::size_t unknown) const {
    taken_.add(taken);
    unknown_.add(unknown);
    return {200, nlohmann::json{{"taken", taken}, {"unknown", unknown}}.dump() + "\n", kJson};
  }

  HttpResponse endpoints(const HttpRequest& request) {
    if (auto refusal = not_allowed(request)) return *refusal;
    const auto items = read_endpoint_items(request.body);
    if (!items) return wrong(items.error());
    std::size_t unknown = 0;
    auto& book = world_.service->book();
    for (const auto& item : *items) {
      if (!book.id_of(item.endpoint)) {
        ++unknown;
        continue;
      }
      const auto until = world_.clock->now() + Duration(static_cast<std::int64_t>(item.ttl_s * 1e9));
      if (item.load) book.say_load(item.endpoint, *item.load, until);
      if (item.up) book.say_up(item.endpoint, EndpointBook::Witness::feed, *item.up, item.why, until);
    }
    return done(items->size() - unknown, unknown);
  }

  HttpResponse latency(const HttpRequest& request) {
    if (auto refusal = not_allowed(request)) return *refusal;
    const auto items = read_way_items(request.body, true);
    if (!items) return wrong(items.error());
    return learn(*items, {}, Conditions::Source::edge);
  }

  HttpResponse learn(const std::vector<WayItem>& items, const IpAddress& peer, Conditions::Source source) {
    std::size_t unknown = 0;
    for (const auto& item : items) {
      const auto client = item.client.value_or(peer);
      const auto group = group_of(client, world_.place ? world_.place(client) : Place{});
      if (!world_.service->measured(group, item.endpoint, item.rtt_ms, source)) ++unknown;
    }
    return done(items.size() - unknown, unknown);
  }

  HttpResponse beacon(const HttpRequest& request) {
    const auto origin = request.field("Origin");
    if (!origin.empty() && !persona::may_report(origin, request.field("Host"), settings_.origins)) {
      refused_.add();
      return complaint(403, "pages of this origin may not report here");
    }
    auto response =
        request.method == HttpMethod::options ? HttpResponse{.status = 204, .body = {}} : take_beacon(request);
    if (!origin.empty()) response.fields.emplace_back("Access-Control-Allow-Origin", origin);
    response.fields.emplace_back("Access-Control-Allow-Headers", "Content-Type");
    response.fields.emplace_back("Vary", "Origin");
    return response;
  }

  HttpResponse take_beacon(const HttpRequest& request) {
    const auto client = persona::client_of(request, settings_.trusted_proxies);
    if (!client) return complaint(400, "the proxy does not say whose request it is");
    const auto group = ClientGroup::of(*client);
    if (budget_.take(group.keys[0], 0, 0, world_.clock->now()) != TokenBudget::Limit::none) {
      refused_.add();
      return complaint(429, "too many reports from there; a few a second are heard");
    }
    const auto items = read_way_items(request.body, false);
    if (!items) return wrong(items.error());
    return learn(*items, *client, Conditions::Source::browser);
  }

  const std::shared_ptr<HttpServer> server_;
  const FeedSettings settings_;
  const persona::ReporterTokens tokens_;
  const World world_;
  TokenBudget budget_{{.requests_per_client = kBeacons}};
  Counter taken_, refused_, unknown_;
  std::vector<HttpServer::Route> routes_;  // last: their handlers use the rest
};

}  // namespace

Result<std::unique_ptr<Feeds>> Feeds::open(std::shared_ptr<HttpServer> server, const FeedSettings& settings,
                                           World world) {
  persona::ReporterTokens tokens;
  if (settings.tokens) {
    auto loaded = persona::ReporterTokens::load(*settings.tokens);
    if (!loaded) return fail(loaded.error());
    tokens = std::move(*loaded);
  }
  return std::make_unique<HttpFeeds>(std::move(server), settings, std::move(tokens), std::move(world));
}

ClientGroup group_of(const IpAddress& address, const Place& place) {
  const auto group = ClientGroup::of(place);
  return group == ClientGroup{} ? ClientGroup::of(address) : group;
}

}  // namespace harbinger::steer
