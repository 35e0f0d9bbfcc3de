// edges - caches near clients join here, and fetch what is going to be asked for.
#include <array>
#include <optional>

#include <harbinger/foresight.h>
#include <harbinger/http.h>
#include <harbinger/option_value.h>
#include <harbinger/persona_directory.h>
#include <harbinger/plugin.h>

#include "edge/warmer.h"
#include "plugins/edges/pages.h"
#include "plugins/edges/service.h"

namespace harbinger::edges {
namespace {

enum class Mode : std::uint8_t { off, dry_run, on };
enum class Whose : std::uint8_t { client, resource, global };

struct BudgetRow {
  Whose whose{};
  double requests = 0;
};

constexpr double kBurstSeconds = 5;

class Edges final : public Plugin {
 public:
  struct Config {
    Mode mode = Mode::on;
    SocketAddress listen{IpAddress::v4(std::array<std::uint8_t, 4>{127, 0, 0, 1}), 7533};
    std::optional<std::filesystem::path> certificate, private_key, client_ca, tokens;
    std::vector<edge::WarmRules::Rule> rules;
    double least = 0.2;
    unsigned holders = 1, hot_holders = 2;
    std::vector<BudgetRow> budgets;
    std::optional<SocketAddress> http;
  };

  explicit Edges(Config config) : config_(std::move(config)) {}
  ~Edges() override { stop(); }

  Result<void> start(const PluginContext& context) override;
  void stop() override;
  std::string note() const override;

 private:
  edge::HubServerSettings door(const PluginContext& context) const;
  TokenBudget::Settings budget() const;
  void listen();
  Result<void> open_page(const PluginContext& context);

  const Config config_;
  std::shared_ptr<EdgeService> service_;
  std::shared_ptr<void> policy_, lines_, expected_;
  std::unique_ptr<edge::Warmer> warmer_;
  std::shared_ptr<HttpServer> server_;
  HttpServer::Route route_;
};

edge::HubServerSettings Edges::door(const PluginContext& context) const {
  const auto whole = [&](const std::optional<std::filesystem::path>& path) {
    return path ? std::optional(context.resolve(*path)) : std::nullopt;
  };
  return {.listen = {config_.listen},
          .certificate = whole(config_.certificate),
          .key = whole(config_.private_key),
          .client_ca = whole(config_.client_ca),
          .tokens = whole(config_.tokens),
          .clock = context.clock,
          .metrics = context.metrics,
          .log = context.log};
}

TokenBudget::Settings Edges::budget() const {
  TokenBudget::Settings settings{.requests_global = {50, 50 * kBurstSeconds}};
  for (const auto& row : config_.budgets) {
    const Rate requests{row.requests, row.requests * kBurstSeconds};
    switch (row.whose) {
      case Whose::client:
        settings.requests_per_client = requests;
        break;
      case Whose::resource:
        settings.requests_per_resource = requests;
        break;
      case Whose::global:
        settings.requests_global = requests;
        break;
    }
  }
  return settings;
}

Result<void> Edges::start(const PluginContext& context) {
  auto rules = edge::WarmRules::make(config_.rules);
  if (!rules) return fail(rules.error());
  if (config_.certificate.has_value() != config_.private_key.has_value())
    return fail(ErrorCode::malformed, "`certificate` and `private_key` stand together, or not at all");
  if (config_.mode == Mode::off || context.checking) return {};
  auto service = EdgeService::shared(door(context), {context.clock, context.metrics, context.log});
  if (!service) return fail(service.error());
  service_ = std::move(*service);
  const bool dry = config_.mode == Mode::dry_run;
  policy_ = service_->hub().use({config_.hot_holders, dry});
  const edge::Warmer::Settings warming{std::move(*rules), config_.least, config_.holders, budget(), dry};
  warmer_ = std::make_unique<edge::Warmer>(warming, service_->hub(), *context.clock, *context.metrics);
  listen();
  return open_page(context);
}

// What this server's learners expect of a client is fetched; what an engine's network expects of anybody is all that can be told of whole names to
// the edges' own learners.
void Edges::listen() {
  expected_ = Foresight::listen_to_all([this](const Foresight::Expectation& expectation) {
    for (const auto& part : expectation.likely)
      warmer_->expected(expectation.access->client, part.resource, static_cast<double>(part.soon), part.in_ms);
  });
  lines_ = persona_directory().hear_expected([this](const PersonaUpdate::Successors& each) {
    if (each.persona == 0) warmer_->learnt({each.context, each.next});
  });
}

Result<void> Edges::open_page(const PluginContext& context) {
  if (!config_.http) return {};
  auto server = HttpServer::shared(*config_.http);
  if (!server) return fail(server.error());
  server_ = std::move(*server);
  route_ = server_->route("/v1/edges", [this](const HttpRequest& request) -> HttpResponse {
    const auto edges = service_->hub().edges();
    const bool plain = request.accept.find("text/plain") != std::string_view::npos;
    if (plain) return {200, edges_text(edges)};
    return {200, edges_json(edges), "application/json"};
  });
  context.log.info("listening", "http://" + server_->address().to_string() + "/v1/edges");
  return {};
}

// What uses the rest goes first.
void Edges::stop() {
  route_.reset();
  server_.reset();
  expected_.reset();
  lines_.reset();
  warmer_.reset();
  policy_.reset();
  service_.reset();
}

std::string Edges::note() const {
  if (!service_) return {};
  std::string gone;
  for (const auto& edge : service_->hub().edges())
    if (!edge.connected) gone += (gone.empty() ? "gone: " : ", ") + edge.name;
  return gone;
}

}  // namespace

PluginSpec spec() {
  using Config = Edges::Config;
  using Rule = edge::WarmRules::Rule;
  return define_plugin<Edges>("edges", "caches near clients join here, and fetch what is going to be asked for")
      .optional_argument("MODE", &Config::mode,
                         one_of<Mode>({{"off", Mode::off}, {"dry-run", Mode::dry_run}, {"on", Mode::on}}),
                         "off: nobody can join; dry-run: edges join, and jobs are counted and not sent; on")
      .option("listen", &Config::listen, default_port(7533), "where edges come in, over gRPC")
      .option("certificate", &Config::certificate, "the file with this server's certificate: TLS")
      .option("private_key", &Config::private_key, "the file with its private key")
      .option("client_ca", &Config::client_ca, "the file with the authority that edges' certificates come from")
      .option("tokens", &Config::tokens,
              "a file of tokens, `TOKEN edge` or `TOKEN report` a line; without it, whoever comes from this machine")
      .rows("warm", &Config::rules,
            Clause<Rule>()
                .argument("TEMPLATE", &Rule::name_template)
                .argument("URL", &Rule::urls)
                .value("cluster", &Rule::cluster),
            "what belongs to a name that is going to be asked for")
      .option("least", &Config::least, between(0.0, 1.0), "what is less probable is not fetched ahead")
      .option("holders", &Config::holders, between(1, 16), "edges of a cluster that fetch it")
      .option("hot_holders", &Config::hot_holders, between(1, 16),
              "edges of a cluster that shall have what three clients want within a minute")
      .rows("budget", &Config::budgets,
            Clause<BudgetRow>()
                .argument("WHOSE", &BudgetRow::whose,
                          one_of<Whose>(
                              {{"client", Whose::client}, {"resource", Whose::resource}, {"global", Whose::global}}))
                .value("requests", &BudgetRow::requests, at_least(0.0)),
            "jobs a second: for one client, for one resource, or in all")
      .option("http", &Config::http, default_port(9153), "where GET /v1/edges is answered; nowhere if left out");
}

}  // namespace harbinger::edges
