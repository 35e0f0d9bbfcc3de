// metrics - counts queries and replies, and shows every figure of the process to Prometheus.
#include <deque>
#include <unordered_map>

#include <harbinger/abi.h>
#include <harbinger/http.h>
#include <harbinger/plugin.h>

#include "plugins/metrics/exposition.h"
#include "plugins/metrics/process_samples.h"
#include "plugins/metrics/zone_series.h"

namespace harbinger::metrics {
namespace {

// So much is left to the other plugins; zones that come later are counted together.
constexpr std::size_t kRoomForOthers = 8192;
constexpr const char* kOtherZones = "other";

class MetricsPlugin final : public Plugin {
 public:
  struct Config {
    SocketAddress address = SocketAddress::parse("127.0.0.1:9153").value_or(SocketAddress{});
  };

  explicit MetricsPlugin(Config config) : config_(config) {}
  ~MetricsPlugin() override { stop(); }

  Result<void> start(const PluginContext& context) override {
    for (const auto& zone : context.zones) {
      make_series(*context.metrics, zone.lowercase().to_string(), context.log);
      by_zone_.emplace(zone, &series_.back());
    }
    build_info_ =
        context.metrics->gauge("harbinger_build_info", "1; the labels say what is running.", [] { return 1.0; },
                               {{"version", HARBINGER_VERSION}, {"compiler", "g++ " __VERSION__}});
    return context.checking ? Result<void>() : listen(context);
  }

  void observe(const Query& query, const ReplyView& reply) override { series_for(query.name()).count(query, reply); }

  void stop() override {
    route_.reset();
    server_.reset();
  }

 private:
  void make_series(Metrics& metrics, std::string zone, const Logger& log) {
    if (!ZoneSeries::exist(metrics, zone) && metrics.room() < kRoomForOthers) {
      log.warning("room", "too many zones to count each: " + zone + " is counted as zone=\"other\"");
      zone = kOtherZones;
    }
    series_.emplace_back(metrics, std::move(zone));
  }

  Result<void> listen(const PluginContext& context) {
    auto server = HttpServer::shared(config_.address);
    if (!server) return fail(server.error());
    server_ = std::move(*server);
    route_ = server_->route("/metrics", [&metrics = *context.metrics](const HttpRequest&) { return page(metrics); });
    context.log.info("listening", "http://" + server_->address().to_string() + "/metrics");
    return {};
  }

  static HttpResponse page(const Metrics& metrics) {
    auto samples = metrics.collect();
    const auto process = process_samples();
    samples.insert(samples.end(), process.begin(), process.end());
    return {200, exposition(samples), kExpositionType};
  }

  // The longest of the block's zones that holds the name. A block nearly always has one.
  ZoneSeries& series_for(const Name& name) {
    if (by_zone_.size() <= 1) return series_.front();
    for (Name suffix = name;; suffix = suffix.parent()) {
      if (const auto found = by_zone_.find(suffix); found != by_zone_.end()) return *found->second;
      if (suffix.is_root()) return series_.front();
    }
  }

  const Config config_;
  std::deque<ZoneSeries> series_;  // a deque, as they cannot be moved
  std::unordered_map<Name, ZoneSeries*, NameHash> by_zone_;
  Metrics::GaugeHandle build_info_;
  std::shared_ptr<HttpServer> server_;
  HttpServer::Route route_;
};

}  // namespace

PluginSpec spec() {
  return define_plugin<MetricsPlugin>("metrics", "counts queries and shows all figures to Prometheus at GET /metrics")
      .optional_argument("ADDRESS", &MetricsPlugin::Config::address, default_port(9153), "where to listen");
}

}  // namespace harbinger::metrics
