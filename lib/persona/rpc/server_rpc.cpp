#include "persona/rpc/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <harbinger/persona/v1/persona.grpc.pb.h>
#include "net/doors.h"
#include "persona/rpc/credentials.h"
#include "persona/rpc/server_calls.h"
#include "persona/rpc/serving.h"

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

class Server final : public RpcServer {
 public:
  explicit Server(std::shared_ptr<ServerCalls> calls) : calls_(std::move(calls)), service_(calls_) {}
  ~Server() override { stop(); }

  Result<void> start(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    limit(builder);
    builder.RegisterService(&service_);
    builder.RegisterCallbackGenericService(others_.get());
    auto server = listen(builder, calls_->settings().listen, credentials, addresses_);
    if (!server) return fail(server.error());
    server_ = std::move(*server);
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
  // Whatever is no service of ours.
  const std::unique_ptr<grpc::CallbackGenericService> others_ =
      other_versions("this engine speaks harbinger.persona.v1");
  std::unique_ptr<grpc::Server> server_;
  std::vector<SocketAddress> addresses_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<RpcServer>> serve_engine(std::shared_ptr<PersonaEngine> engine,
                                                const RpcServerSettings& settings) {
  if (settings.listen.empty()) return fail(ErrorCode::malformed, "no address to listen on");
  const bool guarded = settings.tokens || settings.client_ca;
  for (const auto& address : settings.listen)
    if (auto closed = guarded ? Result<void>() : net::must_not_be_open(address, "change personas"); !closed)
      return fail(closed.error());
  auto tokens = Tokens::load_any(settings.tokens, "assign");
  if (!tokens) return fail(tokens.error());
  const auto credentials = server_credentials({settings.certificate, settings.key, settings.client_ca});
  if (!credentials) return fail(credentials.error());
  for (const auto& address : settings.listen)
    net::warn_of_plain_text(settings.log, address, settings.certificate.has_value(), "tokens and events");
  prepare_grpc();
  auto server =
      std::make_unique<Server>(std::make_shared<ServerCalls>(std::move(engine), settings, std::move(*tokens)));
  if (auto started = server->start(*credentials); !started) return fail(started.error());
  return server;
}

}  // namespace harbinger::persona
