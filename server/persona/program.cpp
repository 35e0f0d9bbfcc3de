#include "server/persona/program.h"

#include <ostream>

#include <harbinger/secret_file.h>
#include "net/pem.h"
#include "persona/http_door.h"
#include "persona/log_follower.h"
#include "persona/rpc/server.h"
#include "persona/rpc/tokens.h"
#include "persona/start_weights.h"
#include "server/shared/exit.h"
#include "server/shared/metrics_page.h"

namespace harbinger::persona {

namespace {

using server::kOk;
using server::kTrouble;

int say(std::ostream& errors, const char* flag, const Error& error) {
  return server::say(errors, "harbinger-persona", flag, error);
}

int say(std::ostream& errors, const config::Errors& found) {
  for (const auto& error : found) errors << error.to_string() << '\n';
  return kTrouble;
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
      if (const auto tokens = Tokens::load(*line_.tokens, "assign"); !tokens)
        return say(errors_, "--tokens", tokens.error());
    if (const auto pem = net::load_pem(line_.certificate, line_.key, line_.client_ca); !pem)
      return say(errors_, "--tls-cert, --tls-key, --client-ca", pem.error());
    network_ = makers_.network(line_);
    if (const auto model = line_.start_model ? line_.start_model : shipped_start_model())
      if (const auto loaded = load_weights(*network_, *model); !loaded)
        return say(errors_, "--start-model", loaded.error());
    auto keys = client_keys();
    if (!keys) return say(errors_, "--key", keys.error());
    keys_ = std::move(*keys);
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
    if (const int trouble = open_http(); trouble != kOk) return trouble;
    if (const int trouble = follow_logs(); trouble != kOk) return trouble;
    auto rpc = serve_engine(engine_, rpc_settings(line_, log_));
    if (!rpc) return say(errors_, "--listen", rpc.error());
    rpc_ = std::move(*rpc);
    for (const auto& address : rpc_->addresses()) log_.info("listening", "grpc://" + address.to_string());
    return kOk;
  }

  Result<std::unique_ptr<ClientKeys>> client_keys() const {
    auto secret = line_.client_key ? read_or_make_secret(*line_.client_key) : Result<Secret>(process_secret());
    if (!secret) return fail(std::move(secret.error()));
    return std::make_unique<ClientKeys>(*secret);
  }

  int open_http() {
    if (!line_.http) return kOk;
    auto http = HttpServer::shared(*line_.http);
    if (!http) return say(errors_, "--http", http.error());
    const AdminPages::World world{engine_.get(), engine_.get(), [this] { return engine_->list(); }, keys_.get(),
                                  world_.clock};
    auto door = HttpDoor::open(*http, line_.door, world, metrics_);
    if (!door) return say(errors_, "--reporter-tokens, --admin-tokens", door.error());
    door_ = std::move(*door);
    metrics_page_ = server::serve_metrics(**http, metrics_);
    log_.info("listening", "http://" + (*http)->address().to_string());
    return kOk;
  }

  int follow_logs() {
    for (const auto& each : line_.logs) {
      auto follower =
          LogFollower::follow(each, {keys_.get(), world_.clock, &metrics_, sink_of(*engine_), log_.named("log")});
      if (!follower) return say(errors_, "--follow", follower.error());
      followers_.push_back(std::move(*follower));
    }
    return kOk;
  }

  // No more events, then what they taught is written.
  int end() {
    rpc_->stop();
    followers_.clear();
    metrics_page_.reset();
    door_.reset();
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
  std::unique_ptr<ClientKeys> keys_;
  std::unique_ptr<HttpDoor> door_;
  HttpServer::Route metrics_page_;
  std::vector<std::unique_ptr<LogFollower>> followers_;
  std::unique_ptr<RpcServer> rpc_;
};

}  // namespace

int run(const CommandLine& line, const Makers& makers, LogSink& log, std::ostream& out, std::ostream& errors,
        const std::function<void()>& stop) {
  return Program(line, makers, log, out, errors).run(stop);
}

}  // namespace harbinger::persona
