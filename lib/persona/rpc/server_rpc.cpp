#include "persona/rpc/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <harbinger/persona/v1/persona.grpc.pb.h>
#include "persona/rpc/credentials.h"
#include "persona/rpc/server_calls.h"

namespace harbinger::persona {

namespace {

constexpr const char* kName = "harbinger.persona.v1.PersonaEngine";

using Octets = grpc::ByteBuffer;
template <class Base>
using Unary = v1::PersonaEngine::WithCallbackMethod_Explain<v1::PersonaEngine::WithCallbackMethod_GetState<Base>>;
template <class Base>
using Streams = v1::PersonaEngine::WithRawCallbackMethod_Assign<
    v1::PersonaEngine::WithRawCallbackMethod_Report<v1::PersonaEngine::WithCallbackMethod_Watch<Base>>>;

class Service final : public Streams<Unary<v1::PersonaEngine::Service>> {
 public:
  explicit Service(std::shared_ptr<ServerCalls> calls) : calls_(std::move(calls)) {}

  grpc::ServerBidiReactor<Octets, Octets>* Assign(grpc::CallbackServerContext* context) override {
    return begin_assign(calls_, context);
  }
  grpc::ServerBidiReactor<Octets, Octets>* Report(grpc::CallbackServerContext* context) override {
    return begin_report(calls_, context);
  }
  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext* context,
                                                     const v1::WatchRequest*) override {
    return begin_watch(calls_, context);
  }
  grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext* context, const v1::ExplainRequest* request,
                                    v1::ExplainResponse* response) override {
    return begin_explain(calls_, context, request->client(), response);
  }
  grpc::ServerUnaryReactor* GetState(grpc::CallbackServerContext* context, const v1::GetStateRequest*,
                                     v1::GetStateResponse* response) override {
    return begin_state(calls_, context, response);
  }

 private:
  const std::shared_ptr<ServerCalls> calls_;
};

// Whatever is no service of ours, other versions of it before all.
class OtherVersions final : public grpc::CallbackGenericService {
  class Answer final : public grpc::ServerGenericBidiReactor {
   public:
    Answer() { Finish({grpc::StatusCode::UNIMPLEMENTED, "this engine speaks harbinger.persona.v1"}); }
    void OnDone() override { delete this; }
  };
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override { return new Answer(); }
};

class Server final : public RpcServer {
 public:
  explicit Server(std::shared_ptr<ServerCalls> calls) : calls_(std::move(calls)), service_(calls_) {}
  ~Server() override { stop(); }

  Result<void> start(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    limit(builder);
    const auto& listen = calls_->settings().listen;
    std::vector<int> ports(listen.size());
    for (std::size_t i = 0; i < listen.size(); ++i)
      builder.AddListeningPort(listen[i].to_string(), credentials, &ports[i]);
    builder.RegisterService(&service_);
    builder.RegisterCallbackGenericService(&others_);
    server_ = builder.BuildAndStart();
    for (std::size_t i = 0; i < listen.size(); ++i) {
      if (!server_ || ports[i] <= 0)
        return fail(ErrorCode::conflict,
                    "cannot listen on " + listen[i].to_string() + ": in use, or not of this machine");
      addresses_.push_back({listen[i].ip, static_cast<std::uint16_t>(ports[i])});
    }
    server_->GetHealthCheckService()->SetServingStatus(kName, true);
    return {};
  }

  std::vector<SocketAddress> addresses() const override { return addresses_; }

  void stop() override {
    if (!server_ || stopped_) return;
    stopped_ = true;
    server_->GetHealthCheckService()->SetServingStatus(false);
    calls_->drain();
    server_->Shutdown(std::chrono::system_clock::now() + calls_->settings().grace);
    server_->Wait();
  }

 private:
  void limit(grpc::ServerBuilder& builder) const {
    const auto& settings = calls_->settings();
    builder.SetMaxReceiveMessageSize(static_cast<int>(settings.most_octets));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, static_cast<int>(settings.most_streams));
    // Who asks "are you there" more often than this is not a client of ours.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
    // Two engines on one port would share its clients by chance.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  }

  const std::shared_ptr<ServerCalls> calls_;
  Service service_;
  OtherVersions others_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<SocketAddress> addresses_;
  bool stopped_ = false;
};

Result<void> must_not_be_open(const RpcServerSettings& settings) {
  if (settings.tokens || settings.client_ca) return {};
  for (const auto& address : settings.listen)
    if (!address.ip.is_loopback())
      return fail(ErrorCode::denied, "everybody could change personas at " + address.to_string() +
                                         ": give a file of tokens or a client CA, or listen on 127.0.0.1");
  return {};
}

void warn_of_plain_text(const RpcServerSettings& settings) {
  if (settings.certificate) return;
  for (const auto& address : settings.listen)
    if (!address.ip.is_loopback())
      settings.log.warning("plain", address.to_string() + " has no TLS: tokens and events can be read on their way");
}

Result<std::optional<Tokens>> tokens_of(const RpcServerSettings& settings) {
  if (!settings.tokens) return std::nullopt;
  auto tokens = Tokens::load(*settings.tokens, "assign");
  if (!tokens) return fail(tokens.error());
  return std::move(*tokens);
}

}  // namespace

Result<std::unique_ptr<RpcServer>> serve_engine(std::shared_ptr<PersonaEngine> engine,
                                                const RpcServerSettings& settings) {
  if (settings.listen.empty()) return fail(ErrorCode::malformed, "no address to listen on");
  if (auto closed = must_not_be_open(settings); !closed) return fail(closed.error());
  auto tokens = tokens_of(settings);
  if (!tokens) return fail(tokens.error());
  const auto credentials = server_credentials({settings.certificate, settings.key, settings.client_ca});
  if (!credentials) return fail(credentials.error());
  warn_of_plain_text(settings);
  prepare_grpc();
  auto server =
      std::make_unique<Server>(std::make_shared<ServerCalls>(std::move(engine), settings, std::move(*tokens)));
  if (auto started = server->start(*credentials); !started) return fail(started.error());
  return server;
}

}  // namespace harbinger::persona
