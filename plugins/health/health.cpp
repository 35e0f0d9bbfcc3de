// health - answers a web request while the process lives, for supervisors and load balancers.
#include <harbinger/http.h>
#include <harbinger/plugin.h>

namespace harbinger::health {
namespace {

class Health final : public Plugin {
 public:
  struct Config {
    SocketAddress address{IpAddress(), 8080};
  };

  explicit Health(Config config) : config_(config) {}
  ~Health() override { stop(); }

  Result<void> start(const PluginContext& context) override {
    if (context.checking) return {};
    auto server = HttpServer::shared(config_.address);
    if (!server) return fail(server.error());
    server_ = std::move(*server);
    route_ = server_->route("/health", [](const HttpRequest&) { return HttpResponse{200, "OK\n"}; });
    context.log.info("listening", "http://" + server_->address().to_string() + "/health");
    return {};
  }

  void stop() override {
    route_.reset();
    server_.reset();
  }

 private:
  const Config config_;
  std::shared_ptr<HttpServer> server_;
  HttpServer::Route route_;
};

}  // namespace

PluginSpec spec() {
  return define_plugin<Health>("health", "answers GET /health while the process lives")
      .optional_argument("ADDRESS", &Health::Config::address, default_port(8080), "where to listen");
}

}  // namespace harbinger::health
