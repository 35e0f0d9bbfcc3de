// cdn_select - answers with the endpoints that will serve this client best, as they are now.
#include <algorithm>
#include <array>
#include <map>

#include <harbinger/http.h>
#include <harbinger/persona_directory.h>
#include <harbinger/plugin.h>

#include "plugins/cdn_select/answer.h"
#include "plugins/cdn_select/pages.h"
#include "plugins/cdn_select/rows.h"
#include "plugins/cdn_select/trouble.h"
#include "plugins/cdn_select/why.h"
#include "steer/applications.h"
#include "steer/endpoint_watch.h"
#include "steer/feeds.h"
#include "steer/place_table.h"
#include "steer/steering_service.h"

namespace harbinger::cdn_select {
namespace {

using steer::Choice;
using steer::EndpointBook;

constexpr Fact<Place> kPlace{FactId::location};
constexpr Fact<steer::ApplicationInfo> kApplication{FactId::application};
// Ways of this machine are learnt as those of a group that no client is in.
constexpr steer::ClientGroup kHere{{1, 1, 1}};

// Without a name: the default.
std::optional<PersonaId> persona_called(std::string_view name) {
  if (name.empty() || name == kDefaultPersonaName) return PersonaId{0};
  const auto personas = persona_directory().personas();
  const auto found = std::ranges::find(personas, name, &PersonaProfile::name);
  return found == personas.end() ? std::nullopt : std::optional(found->id);
}

class CdnSelect final : public Plugin {
 public:
  struct Config {
    std::vector<EndpointRow> endpoints;
    std::vector<PoolRow> pools;
    std::vector<FilterRow> filters;
    std::vector<std::string> templates;
    std::vector<ApplicationRow> applications;
    std::vector<TypeRow> types;
    std::vector<steer::WhenSettings> rules;
    bool cname = true;
    std::chrono::seconds ttl_min{5}, ttl_max{60};
    std::optional<SocketAddress> http;
    std::optional<std::filesystem::path> feed_tokens;
    std::vector<IpPrefix> trusted_proxies;
    std::vector<std::string> origins;
  };

  explicit CdnSelect(Config config) : config_(std::move(config)) {}
  ~CdnSelect() override { stop(); }

  Result<void> start(const PluginContext& context) override;
  void identify(Query& query) override;
  Task<Reply> serve(const Query& query, Next next) override;
  void stop() override;
  std::string note() const override;

 private:
  struct PoolCounters {
    Counter chosen, backups;
  };

  Result<void> define_endpoints();
  Result<void> make_pools(Metrics& metrics);
  Result<void> read_registry();
  Result<void> open_doors(const PluginContext& context);
  Result<void> check_apex(const PluginContext& context) const;

  steer::ClientFacts client_of(const Query& query) const;
  Choice choose(const steer::ApplicationInfo& info, const steer::ClientFacts& client) const;
  /// What the choice was made for: of a query for another name (a rewritten one) it tells of the name that the client asked for.
  static steer::ApplicationInfo chosen_for(const Query& query);
  Reply serve_now(const Query& query, const steer::ApplicationInfo& info) const;
  HttpResponse endpoints_page(const HttpRequest& request) const;
  HttpResponse why_page(const HttpRequest& request) const;

  const Config config_;
  AnswerSettings answer_;
  const Clock* clock_ = nullptr;
  Fact<Choice> choice_{FactId::first_custom};
  std::shared_ptr<steer::SteeringService> service_;
  std::vector<std::shared_ptr<void>> defined_;
  std::map<std::string, std::shared_ptr<const steer::Pool>> pools_;
  std::vector<PoolCounters> counters_;  // by a pool's number
  std::unique_ptr<const steer::Applications> applications_;
  std::unique_ptr<steer::EndpointWatch> watch_;
  std::shared_ptr<HttpServer> server_;
  std::unique_ptr<steer::Feeds> feeds_;
  std::vector<HttpServer::Route> routes_;
  std::unique_ptr<TroubleTeller> trouble_;
  std::shared_ptr<void> changes_;
};

Result<void> CdnSelect::start(const PluginContext& context) {
  if (config_.ttl_min > config_.ttl_max) return fail(ErrorCode::malformed, "ttl: the shorter one comes first");
  answer_ = {config_.ttl_min, config_.ttl_max, config_.cname, context.zones.empty() ? Name() : context.zones.front()};
  clock_ = context.clock;
  choice_ = Fact<Choice>{context.fact("choice")};
  service_ = steer::SteeringService::shared({context.clock, context.metrics, context.log});
  if (auto made = make_pools(*context.metrics); !made) return made;
  if (auto read = read_registry(); !read) return read;
  if (auto checked = check_apex(context); !checked) return checked;
  for (const auto& row : config_.endpoints) {
    if (auto endpoint = endpoint_of(row); !endpoint) return fail(endpoint.error());
    if (auto probe = probe_of(row); !probe) return fail(probe.error());
  }
  if (context.checking) return {};
  if (auto defined = define_endpoints(); !defined) return defined;
  watch_ = std::make_unique<steer::EndpointWatch>(*service_, kHere, *context.clock, *context.metrics, context.log);
  for (const auto& row : config_.endpoints)
    if (const auto probe = probe_of(row).value()) watch_->watch(row.name, *probe);
  trouble_ = std::make_unique<TroubleTeller>(*service_, *applications_);
  changes_ = service_->on_change([this, answers = context.answers](const EndpointBook::Change& change) {
    trouble_->look();
    // The choice is part of an answer's key, so who is down is in none that is found. What an endpoint is called is not.
    if (change.redefined) answers->changed_all();
  });
  return open_doors(context);
}

Result<void> CdnSelect::define_endpoints() {
  for (const auto& row : config_.endpoints) {
    auto defined = service_->book().define(endpoint_of(row).value());
    if (!defined) return fail(defined.error());
    defined_.push_back(std::move(*defined));
  }
  return {};
}

Result<void> CdnSelect::make_pools(Metrics& metrics) {
  for (const auto& row : config_.pools) {
    if (pools_.contains(row.name)) return fail(ErrorCode::conflict, "pool \"" + row.name + "\" stands twice");
    auto settings = pool_of(row, config_.filters);
    if (!settings) return fail(settings.error());
    auto pool = service_->make_pool(std::move(*settings));
    if (!pool) return fail(pool.error());
    counters_.resize(std::max(counters_.size(), std::size_t{(*pool)->number()} + 1));
    counters_[(*pool)->number()] = {
        metrics.counter("harbinger_cdn_select_choices_total", "Choices for queries", {{"pool", row.name}}),
        metrics.counter("harbinger_cdn_select_backups_total", "Choices for which no endpoint was left",
                        {{"pool", row.name}})};
    pools_[row.name] = std::move(*pool);
  }
  for (const auto& filter : config_.filters)
    if (!pools_.contains(filter.pool))
      return fail(ErrorCode::not_found, "filter: there is no pool \"" + filter.pool + "\"; write a `pool` line for it");
  return {};
}

Result<void> CdnSelect::read_registry() {
  steer::RegistrySettings registry{config_.templates, {}, {}, config_.rules};
  for (const auto& row : config_.applications)
    registry.applications.push_back({row.name, row.pool, row.name_template, row.data_ratio, row.size.bytes});
  for (const auto& row : config_.types)
    registry.types.push_back({row.application, row.type, row.data_ratio, row.size.bytes, row.pool});
  auto made = steer::Applications::make(registry, [this](std::string_view name) {
    const auto found = pools_.find(std::string(name));
    return found == pools_.end() ? nullptr : found->second;
  });
  if (!made) return fail(made.error());
  applications_ = std::move(*made);
  return {};
}

// RFC 1034 sec. 3.6.2: a zone's own name has a SOA record, and nothing may stand beside a CNAME.
Result<void> CdnSelect::check_apex(const PluginContext& context) const {
  const bool names =
      config_.cname && std::ranges::any_of(config_.endpoints, [](const auto& each) { return each.target.has_value(); });
  if (!names) return {};
  for (const auto& zone : context.zones)
    if (!zone.is_root() && applications_->find(zone))
      return fail(ErrorCode::conflict,
                  "a template holds for " + zone.to_string() +
                      ", which is a zone's own name and may have no CNAME; write `cname off`, or another template");
  return {};
}

Result<void> CdnSelect::open_doors(const PluginContext& context) {
  if (!config_.http) return {};
  auto server = HttpServer::shared(*config_.http);
  if (!server) return fail(server.error());
  server_ = std::move(*server);
  steer::FeedSettings feeds{{}, config_.trusted_proxies, config_.origins};
  if (config_.feed_tokens) feeds.tokens = context.resolve(*config_.feed_tokens);
  auto opened =
      steer::Feeds::open(server_, feeds, {service_.get(), context.clock, context.metrics, steer::place_in_use});
  if (!opened) return fail(opened.error());
  feeds_ = std::move(*opened);
  routes_.push_back(
      server_->route("/steer/endpoints", [this](const HttpRequest& request) { return endpoints_page(request); }));
  routes_.push_back(server_->route("/steer/why", [this](const HttpRequest& request) { return why_page(request); }));
  context.log.info("listening", "http://" + server_->address().to_string() + "/steer/endpoints");
  return {};
}

// What uses the rest goes first.
void CdnSelect::stop() {
  routes_.clear();
  feeds_.reset();
  changes_.reset();
  watch_.reset();
  trouble_.reset();
  defined_.clear();
}

std::string CdnSelect::note() const {
  if (!service_) return {};
  std::string down;
  for (const auto& entry : service_->book().entries())
    if (!entry.state.up) down += (down.empty() ? "down: " : ", ") + entry.endpoint.name + " (" + entry.state.why + ")";
  return down;
}

steer::ClientFacts CdnSelect::client_of(const Query& query) const {
  const auto subnet = query.subnet(32, 56);
  steer::ClientFacts client{.place = query.get(kPlace).value_or(Place{}), .persona = query.persona()};
  client.group = steer::group_of(subnet.address, client.place);
  for (const auto octet : subnet.address.mapped()) client.hash = client.hash * 0x100000001b3u + octet;
  return client;
}

// A worker remembers what it chose for its last clients, as long as the table is the same: resolvers ask again and again.
Choice CdnSelect::choose(const steer::ApplicationInfo& info, const steer::ClientFacts& client) const {
  struct Remembered {
    std::uint64_t version = 0;
    steer::ClientFacts client{};
    Choice choice{};
  };
  static constexpr std::size_t kRemembered = 512;
  thread_local std::array<Remembered, kRemembered> remembered;
  const auto& pool = applications_->pool_for(info, client.persona);
  const auto& states = service_->states();
  auto& place = remembered[(client.hash ^ client.hash >> 17 ^ pool.number() ^ client.persona * 31u) % kRemembered];
  if (place.version != states.version() || place.choice.pool != pool.number() || place.client != client)
    place = {states.version(), client, pool.choose(client, states)};
  return place.choice;
}

void CdnSelect::identify(Query& query) {
  const auto info = applications_->find(query.name());
  if (!info) return;
  query.set(kApplication, *info);
  const auto choice = choose(*info, client_of(query));
  query.set(choice_, choice);
  const auto& counters = counters_[choice.pool];
  counters.chosen.add();
  if (choice.backup != 0) counters.backups.add();
}

Task<Reply> CdnSelect::serve(const Query& query, Next next) {
  const auto info = applications_->find(query.name());
  if (!info || query.klass() != RRClass::IN) return next(query);
  return [](Reply reply) -> Task<Reply> { co_return reply; }(serve_now(query, *info));
}

// Not Query::get: it follows from the question, which answers are kept by anyway.
steer::ApplicationInfo CdnSelect::chosen_for(const Query& query) {
  const auto value = query.value_of({kApplication.id});
  return value.present != 0 ? Fact<steer::ApplicationInfo>::unpack(value) : steer::ApplicationInfo{};
}

// The choice was made before the answer cache was asked, so that answers are kept by it. For a name that the client did not ask for (a rewritten one), it is
// made here, and such an answer is not kept.
Reply CdnSelect::serve_now(const Query& query, const steer::ApplicationInfo& info) const {
  const auto choice = query.get(choice_);
  if (choice && chosen_for(query) == info) return answer(query, *choice, service_->states(), answer_);
  Reply reply = answer(query, choose(info, client_of(query)), service_->states(), answer_);
  reply.keep(Reply::Keeping::never);
  return reply;
}

HttpResponse CdnSelect::endpoints_page(const HttpRequest& request) const {
  const auto entries = service_->book().entries();
  const bool json = request.accept.find("application/json") != std::string_view::npos;
  if (json) return {200, endpoints_json(entries, watch_->states(), clock_->now()), "application/json"};
  return {200, endpoints_text(entries, watch_->states(), clock_->now())};
}

HttpResponse CdnSelect::why_page(const HttpRequest& request) const {
  const auto name = Name::parse(request.value("name"));
  const auto client = IpAddress::parse(request.value("client"));
  if (!name || name->is_root() || !client)
    return {400, "asked as /steer/why?name=NAME&client=ADDRESS, and maybe &persona=NAME\n"};
  const auto persona = persona_called(request.value("persona"));
  if (!persona) return {400, "there is no persona \"" + std::string(request.value("persona")) + "\"\n"};
  const auto info = applications_->find(*name);
  if (!info) return {404, "no template of cdn_select holds for " + name->to_string() + "\n"};
  Query query = QueryBuilder(*name, RRType::A).from({*client, 0}).build();
  query.set(kPlace, steer::place_in_use(*client));
  auto facts = client_of(query);
  facts.persona = *persona;
  auto report = explain(*service_, *applications_, *info, facts, answer_);
  report.name = name->to_string();
  report.client = client->to_string();
  if (request.accept.find("application/json") != std::string_view::npos)
    return {200, why_json(report), "application/json"};
  return {200, why_text(report)};
}

}  // namespace

PluginSpec spec() {
  using Config = CdnSelect::Config;
  using Kind = steer::Filter::Kind;
  using Probe = net::ProbeSettings::Kind;
  return define_plugin<CdnSelect>("cdn_select", "answers with the endpoints that will serve a client best")
      .identifies_last()
      .rows("endpoint", &Config::endpoints,
            Clause<EndpointRow>()
                .argument("NAME", &EndpointRow::name)
                .list("address", &EndpointRow::addresses)
                .value("target", &EndpointRow::target)
                .value("port", &EndpointRow::port)
                .value("country", &EndpointRow::country)
                .list("position", &EndpointRow::position)
                .value("provider", &EndpointRow::provider)
                .value("cluster", &EndpointRow::cluster)
                .value("cost", &EndpointRow::cost)
                .value("weight", &EndpointRow::weight)
                .value("capacity", &EndpointRow::capacity)
                .list("persona", &EndpointRow::personas)
                .value("probe", &EndpointRow::probe,
                       one_of<Probe>(
                           {{"tcp", Probe::tcp}, {"http", Probe::http}, {"https", Probe::https}, {"dns", Probe::dns}}))
                .value("probe_port", &EndpointRow::probe_port)
                .value("path", &EndpointRow::path)
                .value("host", &EndpointRow::host)
                .value("every", &EndpointRow::every,
                       between(std::chrono::milliseconds(20), std::chrono::milliseconds(3'600'000))),
            "who can serve, and what is known about it; see Endpoints")
      .rows("pool", &Config::pools,
            Clause<PoolRow>()
                .argument("NAME", &PoolRow::name)
                .list("endpoint", &PoolRow::endpoints)
                .list("cluster", &PoolRow::clusters)
                .value("backup", &PoolRow::backup,
                       one_of<steer::Backup>({{"random", steer::Backup::random},
                                              {"all", steer::Backup::all},
                                              {"empty", steer::Backup::empty}})),
            "endpoints to choose from, and who is given when nobody is left")
      .rows("filter", &Config::filters,
            Clause<FilterRow>()
                .argument("POOL", &FilterRow::pool)
                .argument("FILTER", &FilterRow::kind,
                          one_of<Kind>({{"up", Kind::up},
                                        {"shed_load", Kind::shed_load},
                                        {"persona", Kind::persona},
                                        {"geo", Kind::geo},
                                        {"latency", Kind::latency},
                                        {"cost", Kind::cost},
                                        {"weighted", Kind::weighted},
                                        {"sticky", Kind::sticky},
                                        {"select_first", Kind::select_first}}))
                .optional_argument("NUMBER", &FilterRow::numbers),
            "what eliminates or reorders a pool's endpoints, in the order of these lines; see Filters")
      .option("template", &Config::templates,
              "how names are made, with {app} for the application: `{resource}.{type}.{app}.example.org`")
      .rows("application", &Config::applications,
            Clause<ApplicationRow>()
                .argument("NAME", &ApplicationRow::name)
                .value("pool", &ApplicationRow::pool)
                .value("template", &ApplicationRow::name_template)
                .value("ratio", &ApplicationRow::data_ratio)
                .value("size", &ApplicationRow::size),
            "whose names are answered, from which pool, and what is known of its resources")
      .rows("type", &Config::types,
            Clause<TypeRow>()
                .argument("APPLICATION", &TypeRow::application)
                .argument("TYPE", &TypeRow::type)
                .value("pool", &TypeRow::pool)
                .value("ratio", &TypeRow::data_ratio)
                .value("size", &TypeRow::size),
            "what is different for the resources of one type")
      .rows("when", &Config::rules,
            Clause<steer::WhenSettings>()
                .argument("POOL", &steer::WhenSettings::pool)
                .value("ratio", &steer::WhenSettings::data_ratio)
                .list("persona", &steer::WhenSettings::personas)
                .value("preference", &steer::WhenSettings::location_preference)
                .list("application", &steer::WhenSettings::applications),
            "another pool, when the data ratio is above this, or the persona is one of these, or prefers a location")
      .option("cname", &Config::cname, "whether an endpoint with a target is given by that name, as CNAME")
      .option("ttl_min", &Config::ttl_min, between(std::chrono::seconds(0), std::chrono::seconds(86'400)),
              "how long an answer may be kept while endpoints come and go")
      .option("ttl_max", &Config::ttl_max, between(std::chrono::seconds(0), std::chrono::seconds(86'400)),
              "how long otherwise")
      .option("http", &Config::http, default_port(9153),
              "where feeds are taken and /steer/ is answered; nowhere if left out")
      .option("feed_tokens", &Config::feed_tokens,
              "a file of tokens of who may feed; without it, whoever tells from this machine")
      .option("trusted_proxy", &Config::trusted_proxies, "nets whose word on a browser's address is taken")
      .option("origin", &Config::origins, "of web pages that may report ways, besides those of the server's own host");
}

}  // namespace harbinger::cdn_select
