// ready - tells over the web whether every plugin can work.
#include <harbinger/http.h>
#include <harbinger/plugin.h>

// Not `ready`: that is a finished task.
namespace harbinger::readiness {
namespace {

class Ready final : public Plugin {
 public:
  struct Config {
    SocketAddress address{IpAddress(), 8181};
  };

  explicit Ready(Config config) : config_(config) {}
  ~Ready() override { stop(); }

  Result<void> start(const PluginContext& context) override {
    if (context.checking) return {};
    auto server = HttpServer::shared(config_.address);
    if (!server) return fail(server.error());
    server_ = std::move(*server);
    route_ = server_->route("/ready", [&context](const HttpRequest&) { return report(context); });
    context.log.info("listening", "http://" + server_->address().to_string() + "/ready");
    return {};
  }

  void stop() override {
    route_.reset();
    server_.reset();
  }

 private:
  static HttpResponse report(const PluginContext& context) {
    if (context.ask_server && context.ask_server("stopping")) return {503, "the server is stopping\n"};
    const auto plugins = context.siblings();
    if (plugins.empty()) return {503, "the server is starting\n"};
    std::string missing, notes;
    for (const auto& plugin : plugins) {
      if (const auto reason = plugin->not_ready(); !reason.empty()) missing += line_of(*plugin, reason);
      if (const auto note = plugin->note(); !note.empty()) notes += line_of(*plugin, note);
    }
    if (missing.empty()) return {200, "OK\n" + notes};
    return {503, missing + notes};
  }

  static std::string line_of(const Plugin& plugin, std::string_view text) {
    return std::string(plugin.name()) + ": " + escape_for_log(text) + "\n";
  }

  const Config config_;
  std::shared_ptr<HttpServer> server_;
  HttpServer::Route route_;
};

}  // namespace

PluginSpec spec() {
  return define_plugin<Ready>("ready", "answers GET /ready with 200 once every plugin can work")
      .optional_argument("ADDRESS", &Ready::Config::address, default_port(8181), "where to listen");
}

}  // namespace harbinger::readiness
