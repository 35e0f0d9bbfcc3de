// A server whose calls share one object, from its door to its end. A template, for sources that know gRPC.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "net/scoped_tokens.h"
#include "persona/rpc/serving.h"

namespace harbinger::persona {

/// What people read of a server.
struct ServerWords {
  std::string_view could{};             ///< see ServerDoor
  std::string_view secrets = "tokens";  ///< see ServerDoor
  std::string speaks{};                 ///< see other_versions
};

/// `Services` are gRPC's: each is made of the calls, and its whole name is `kName`. `Calls` have the server's settings, and `drain` ends their streams.
template <class Interface, class Calls, class... Services>
class CallsServer final : public Interface {
 public:
  /// Errors: those of the door, of the file of tokens, and of listening.
  template <class Engine, class Settings>
  static Result<std::unique_ptr<Interface>> serve(std::shared_ptr<Engine> engine, const Settings& settings,
                                                  const net::ScopedTokens::Grammar& grammar, const ServerWords& words) {
    const auto credentials = open_door({.listen = settings.listen,
                                        .tls = {settings.certificate, settings.key, settings.client_ca},
                                        .has_tokens = settings.tokens.has_value(),
                                        .could = words.could,
                                        .secrets = words.secrets,
                                        .log = &settings.log});
    if (!credentials) return fail(credentials.error());
    auto tokens = net::ScopedTokens::load_any(settings.tokens, grammar);
    if (!tokens) return fail(tokens.error());
    auto server =
        std::make_unique<CallsServer>(std::make_shared<Calls>(std::move(engine), settings, std::move(*tokens)));
    if (auto started = server->start(*credentials, words); !started) return fail(started.error());
    return server;
  }

  explicit CallsServer(std::shared_ptr<Calls> calls)
      : calls_(std::move(calls)), services_(static_cast<const SharedFor<Services>&>(calls_)...) {}
  ~CallsServer() override { stop(); }

  std::vector<SocketAddress> addresses() const override { return running_->addresses(); }

  void stop() override {
    if (running_) running_->stop([this] { calls_->drain(); }, calls_->settings.grace);
  }

 private:
  template <class>
  using SharedFor = std::shared_ptr<Calls>;

  Result<void> start(const std::shared_ptr<grpc::ServerCredentials>& credentials, const ServerWords& words) {
    const auto& settings = calls_->settings;
    auto running = run_server({.services = {ServerParts::Named{&std::get<Services>(services_), Services::kName}...},
                               .speaks = words.speaks,
                               .most_octets = settings.most_octets,
                               .silence = settings.silence},
                              settings.listen, credentials);
    if (!running) return fail(running.error());
    running_ = std::move(*running);
    return {};
  }

  const std::shared_ptr<Calls> calls_;
  std::tuple<Services...> services_;
  std::unique_ptr<RunningServer> running_;
};

}  // namespace harbinger::persona
