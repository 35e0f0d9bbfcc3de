// mirroring - copies what is going to be wanted to caches near those who will want it, and then has DNS point to them.
#include <algorithm>
#include <array>
#include <optional>

#include <harbinger/http.h>
#include <harbinger/option_value.h>
#include <harbinger/plugin.h>
#include <harbinger/resource_text.h>

#include "mirror/pdme_pages.h"
#include "plugins/mirroring/answer.h"
#include "plugins/mirroring/config.h"
#include "plugins/mirroring/names.h"
#include "plugins/mirroring/service.h"
#include "plugins/mirroring/source.h"

namespace harbinger::mirroring {
namespace {

constexpr Fact<Place> kPlace{FactId::location};

class Mirroring final : public Plugin {
 public:
  using Config = mirroring::Config;

  explicit Mirroring(Config config) : config_(std::move(config)) {}
  ~Mirroring() override { stop(); }

  Result<void> start(const PluginContext& context) override;
  void identify(Query& query) override;
  Task<Reply> serve(const Query& query, Next next) override;
  void observe(const Query& query, const ReplyView& reply) override;
  void stop() override;
  std::string note() const override;

 private:
  Result<void> read_clusters();
  Result<void> define_endpoints(const PluginContext& context);
  void hear_changes(const PluginContext& context);
  Result<void> open_pages(const PluginContext& context);

  const Config config_;
  Name zone_;
  Fact<mirror::ClusterId> cluster_{FactId::first_custom};  // as the service counts them
  MirroredNames names_;
  mirror::ClientClusters clusters_;
  std::vector<mirror::ClusterId> numbers_;  // of the service, in the order of the lines
  std::shared_ptr<steer::SteeringService> steering_;
  std::vector<std::shared_ptr<void>> defined_;
  std::shared_ptr<MirrorService> service_;
  std::shared_ptr<void> changes_;
  std::unique_ptr<EngineSource> source_;
  std::unique_ptr<mirror::PdmePages> pages_;
};

Result<void> Mirroring::read_clusters() {
  std::vector<mirror::ClientClusters::Cluster> clusters;
  for (const auto& row : config_.clusters) {
    auto cluster = cluster_of(row);
    if (!cluster) return fail(cluster.error());
    clusters.push_back(std::move(*cluster));
  }
  auto made = mirror::ClientClusters::make(std::move(clusters));
  if (!made) return fail(made.error());
  clusters_ = std::move(*made);
  return {};
}

Result<void> Mirroring::start(const PluginContext& context) {
  if (auto checked = check(config_); !checked) return checked;
  if (auto read = read_clusters(); !read) return read;
  const auto settings = service_settings(config_, context);
  if (auto rules = mirror::MirrorRules::make(settings.rules); !rules) return fail(rules.error());
  if (config_.mode == Mode::off || context.checking) return {};
  zone_ = context.zones.empty() ? Name() : context.zones.front();
  cluster_ = Fact<mirror::ClusterId>{context.fact("mirroring")};
  for (const auto& row : config_.mirrors)
    if (auto added = names_.add(row.name_template); !added) return added;
  if (auto defined = define_endpoints(context); !defined) return defined;
  auto service = MirrorService::shared(settings, {context.clock, context.metrics, context.log});
  if (!service) return fail(service.error());
  service_ = std::move(*service);
  for (const auto& row : config_.clusters) numbers_.push_back(service_->own().cluster(row.name));
  hear_changes(context);
  return open_pages(context);
}

Result<void> Mirroring::define_endpoints(const PluginContext& context) {
  steering_ = steer::SteeringService::shared({context.clock, context.metrics, context.log});
  for (const auto& row : config_.endpoints) {
    auto defined = steering_->book().define(endpoint_of(row).value());
    if (!defined) return fail(defined.error());
    defined_.push_back(std::move(*defined));
  }
  return {};
}

void Mirroring::hear_changes(const PluginContext& context) {
  changes_ = service_->on_change([answers = context.answers](std::string_view resource) {
    if (const auto name = Name::parse(resource)) answers->changed(*name);
  });
  source_ = std::make_unique<EngineSource>([service = service_.get()] { return service->engine(); }, service_->store());
}

Result<void> Mirroring::open_pages(const PluginContext& context) {
  if (!config_.http) return {};
  auto door = open(guarded_http(config_), context, "/pdme/config");
  if (!door) return fail(door.error());
  pages_ = std::make_unique<mirror::PdmePages>(mirror::PdmeParts{
      std::move(door->server), std::move(door->guard), service_->store(), source_.get(), context.clock, context.log});
  return {};
}

// What uses the rest goes first.
void Mirroring::stop() {
  pages_.reset();
  source_.reset();
  changes_.reset();
  service_.reset();
  defined_.clear();
}

std::string Mirroring::note() const { return service_ ? service_->trouble() : std::string(); }

void Mirroring::identify(Query& query) {
  if (!service_) return;
  const auto found = clusters_.find(query.subnet(32, 56).address, query.get(kPlace).value_or(Place{}));
  if (found != 0) query.set(cluster_, numbers_[found - 1u]);
}

// The fact is read only where it counts: other answers are the same for all clusters.
Task<Reply> Mirroring::serve(const Query& query, Next next) {
  if (!service_ || query.klass() != RRClass::IN || !names_.match(query.name())) return next(query);
  const auto cluster = query.get(cluster_);
  if (!cluster) return next(query);
  const auto* publication = service_->own().find(resource_hash(ResourceText(query.name()).view()), *cluster);
  return publication ? ready(answer(query, *publication, zone_)) : next(query);
}

void Mirroring::observe(const Query& query, const ReplyView& reply) {
  if (!service_ || reply.wire.empty() || reply.rcode != Rcode::NOERROR) return;
  const auto cluster = query.get(cluster_);
  if (!cluster || !names_.match(query.name())) return;
  const ResourceText text(query.name());
  if (!text.view().empty()) service_->asked(resource_hash(text.view()), text.view(), *cluster);
}

}  // namespace

PluginSpec spec() {
  return define_plugin<Mirroring>("mirroring",
                                  "copies what is going to be wanted to caches near clients, and has DNS point to them")
      .identifies_last()
      .optional_argument("MODE", &Config::mode,
                         one_of<Mode>({{"off", Mode::off}, {"dry-run", Mode::dry_run}, {"on", Mode::on}}),
                         "off; dry-run: decides and counts, and changes nothing; on")
      .rows("mirror", &Config::mirrors,
            Clause<MirrorRow>()
                .argument("TEMPLATE", &MirrorRow::name_template)
                .argument("URL", &MirrorRow::urls)
                .value("type", &MirrorRow::type)
                .value("origin", &MirrorRow::origin, default_port(80)),
            "names that may be mirrored, and what belongs to each")
      .rows("cluster", &Config::clusters,
            Clause<ClusterRow>()
                .argument("NAME", &ClusterRow::name)
                .list("clients", &ClusterRow::clients)
                .list("position", &ClusterRow::position),
            "whose clients are given the mirrors of its edges")
      .rows("endpoint", &Config::endpoints,
            Clause<EndpointRow>()
                .argument("NAME", &EndpointRow::name)
                .list("address", &EndpointRow::addresses)
                .value("target", &EndpointRow::target)
                .value("port", &EndpointRow::port)
                .value("cluster", &EndpointRow::cluster)
                .list("position", &EndpointRow::position)
                .value("cost", &EndpointRow::cost, at_least(0.0)),
            "how clients reach an edge, where cdn_select does not say it")
      .rows("publish", &Config::publishes,
            Clause<PublishRow>()
                .argument("ADDRESS", &PublishRow::server, default_port(53))
                .value("zone", &PublishRow::zone)
                .value("key", &PublishRow::key)
                .value("cluster", &PublishRow::cluster)
                .value("names", &PublishRow::names),
            "another DNS server that is told of mirrors, by UPDATE (RFC 2136)")
      .option("keys", &Config::keys, "a file of keys, [algorithm:]name:secret a line, for publish")
      .option("state", &Config::state, "the folder for settings, forecasts and what DNS tells of, sealed")
      .option("key", &Config::key,
              "the file with the secret that they are sealed with; `key` in the folder if left out")
      .option("interval", &Config::interval, between(std::chrono::seconds(1), std::chrono::seconds(3600)),
              "of forecasts and decisions")
      .option("series", &Config::series, between(100, 10'000'000), "resources in clusters that are forecast at most")
      .option("events", &Config::events, "a file of events that will make resources wanted, read when it changes")
      .option("share", &Config::share, "the Redis through which several servers decide together")
      .option("name", &Config::name, "of this server among them")
      .option("http", &Config::http, default_port(9153), "where /pdme is answered; nowhere if left out")
      .option("certificate", &Config::certificate, "the file with this server's certificate: TLS")
      .option("private_key", &Config::private_key, "the file with its private key")
      .option("client_ca", &Config::client_ca, "the file with the authority that clients' certificates come from")
      .option("tokens", &Config::tokens, "a file of tokens, `TOKEN read|write [NAME]` a line");
}

}  // namespace harbinger::mirroring
