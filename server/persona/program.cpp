#include "server/persona/program.h"

#include <fstream>
#include <iterator>
#include <ostream>

#include "persona/rpc/pem.h"
#include "persona/rpc/server.h"
#include "persona/rpc/tokens.h"
#include "server/persona/http_routes.h"

namespace harbinger::persona {

namespace {

enum Exit { kOk = 0, kTrouble = 1 };

// The flag that an error is about stands before it, as the operator knows the flag and not our parts.
int say(std::ostream& errors, const char* flag, const Error& error) {
  errors << "harbinger-persona: " << flag << ": " << error.to_string() << '\n';
  return kTrouble;
}

int say(std::ostream& errors, const config::Errors& found) {
  for (const auto& error : found) errors << error.to_string() << '\n';
  return kTrouble;
}

Result<void> load_weights(Network& network, const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorCode::not_found, "cannot read " + file.string());
  const std::vector<std::uint8_t> octets(std::istreambuf_iterator<char>(in), {});
  auto loaded = network.load(octets);
  if (!loaded) return fail(loaded.error().code, file.string() + ": " + loaded.error().message);
  return {};
}

RpcServerSettings rpc_settings(const CommandLine& line, const Logger& log) {
  RpcServerSettings settings;
  settings.listen = line.listen;
  settings.certificate = line.certificate;
  settings.key = line.key;
  settings.client_ca = line.client_ca;
  settings.tokens = line.tokens;
  settings.log = log.named("rpc");
  return settings;
}

// Everything that runs, in the order in which it may end.
class Program {
 public:
  Program(const CommandLine& line, const Makers& makers, LogSink& sink, std::ostream& out, std::ostream& errors)
      : line_(line), makers_(makers), out_(out), errors_(errors), log_(sink, "persona") {
    world_ = {&system_clock(), &metrics_, &system_random(), log_};
  }

  int run(const std::function<void()>& stop) {
    if (line_.make_start_model) return make_start_model();
    if (const int trouble = read_files(); trouble != kOk) return trouble;
    if (line_.check) {
      out_ << "ok\n";
      return kOk;
    }
    if (const int trouble = start(); trouble != kOk) return trouble;
    stop();
    return end();
  }

 private:
  int make_start_model() {
    const auto made = makers_.start_model(line_, log_);
    return made ? int{kOk} : say(errors_, "--make-start-model", made.error());
  }

  // Everything that can be wrong before a port is opened or a state is touched.
  int read_files() {
    auto catalogue = makers_.catalogue(line_);
    if (!catalogue) return say(errors_, catalogue.error());
    catalogue_ = std::move(*catalogue);
    if (line_.tokens)
      if (const auto tokens = Tokens::load(*line_.tokens); !tokens) return say(errors_, "--tokens", tokens.error());
    if (const auto pem = load_pem(line_.certificate, line_.key, line_.client_ca); !pem)
      return say(errors_, "--tls-cert, --tls-key, --client-ca", pem.error());
    network_ = makers_.network(line_);
    if (line_.start_model)
      if (const auto loaded = load_weights(*network_, *line_.start_model); !loaded)
        return say(errors_, "--start-model", loaded.error());
    auto share = line_.redis.empty() ? Result<std::unique_ptr<Share>>() : makers_.share(line_, world_);
    if (!share) return say(errors_, "--redis", share.error());
    share_ = std::move(*share);
    return kOk;
  }

  int start() {
    EngineSettings settings;
    settings.clients = line_.clients;
    settings.state = line_.state;
    auto engine = makers_.engine(settings, catalogue_, std::move(network_), std::move(share_), world_);
    if (!engine) return say(errors_, "--state", engine.error());
    engine_ = std::move(*engine);
    if (line_.metrics) {
      auto http = HttpServer::listen(*line_.metrics);
      if (!http) return say(errors_, "--metrics", http.error());
      http_ = std::move(*http);
      routes_ = add_http_routes(*http_, engine_, metrics_);
      log_.info("listening", "http://" + http_->address().to_string() + "/metrics");
    }
    auto rpc = serve_engine(engine_, rpc_settings(line_, log_));
    if (!rpc) return say(errors_, "--listen", rpc.error());
    rpc_ = std::move(*rpc);
    for (const auto& address : rpc_->addresses()) log_.info("listening", "grpc://" + address.to_string());
    return kOk;
  }

  // No more events, then what they taught is written.
  int end() {
    rpc_->stop();
    routes_.clear();
    if (!line_.state) return kOk;
    const auto saved = engine_->save();
    if (!saved) return say(errors_, "--state", saved.error());
    log_.info("stopped", "the last checkpoint is written");
    return kOk;
  }

  const CommandLine& line_;
  const Makers& makers_;
  std::ostream& out_;
  std::ostream& errors_;
  const Logger log_;
  Metrics metrics_;
  EngineWorld world_;
  std::shared_ptr<const Catalogue> catalogue_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Share> share_;
  std::shared_ptr<LocalEngine> engine_;
  std::unique_ptr<HttpServer> http_;
  std::vector<HttpServer::Route> routes_;
  std::unique_ptr<RpcServer> rpc_;
};

}  // namespace

int run(const CommandLine& line, const Makers& makers, LogSink& log, std::ostream& out, std::ostream& errors,
        const std::function<void()>& stop) {
  return Program(line, makers, log, out, errors).run(stop);
}

}  // namespace harbinger::persona
