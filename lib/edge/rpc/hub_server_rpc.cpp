#include "edge/rpc/hub_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <harbinger/edge/v1/edge.grpc.pb.h>
#include "edge/rpc/hub_calls.h"
#include "net/doors.h"
#include "persona/rpc/credentials.h"
#include "persona/rpc/serving.h"

namespace harbinger::edge {

namespace {

constexpr const char* kName = "harbinger.edge.v1.EdgeHub";

using Raw = v1::EdgeHub::WithRawCallbackMethod_Session<v1::EdgeHub::WithRawCallbackMethod_ReportLatencies<
    v1::EdgeHub::WithRawCallbackMethod_ReportEvents<v1::EdgeHub::Service>>>;

class Service final : public Raw {
 public:
  explicit Service(std::shared_ptr<HubCalls> calls) : calls_(std::move(calls)) {}

  grpc::ServerBidiReactor<Octets, Octets>* Session(grpc::CallbackServerContext* context) override {
    return begin_session(calls_, context);
  }
  grpc::ServerUnaryReactor* ReportLatencies(grpc::CallbackServerContext* context, const Octets* request,
                                            Octets* response) override {
    return begin_latencies(calls_, context, *request, *response);
  }
  grpc::ServerUnaryReactor* ReportEvents(grpc::CallbackServerContext* context, const Octets* request,
                                         Octets* response) override {
    return begin_events(calls_, context, *request, *response);
  }

 private:
  const std::shared_ptr<HubCalls> calls_;
};

class Server final : public HubServer {
 public:
  explicit Server(std::shared_ptr<HubCalls> calls) : calls_(std::move(calls)), service_(calls_) {}
  ~Server() override { stop(); }

  Result<void> start(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    limit(builder);
    builder.RegisterService(&service_);
    builder.RegisterCallbackGenericService(others_.get());
    auto server = persona::listen(builder, calls_->settings.listen, credentials, addresses_);
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
    server_->Shutdown(std::chrono::system_clock::now() + calls_->settings.grace);
    server_->Wait();
    calls_->counts.end();
  }

 private:
  void limit(grpc::ServerBuilder& builder) const {
    constexpr int kStreams = 64, kHandshakeMs = 5'000, kIdleMs = 60'000;
    const auto& settings = calls_->settings;
    const auto half = static_cast<int>(settings.silence.count() / 2);
    builder.SetMaxReceiveMessageSize(static_cast<int>(settings.most_octets));
    // Of one connection: an edge has one, a reporter a few.
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreams);
    builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMs);
    // Asked after half of the silence, dead after the other half.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, half);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, half);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // Edges ask as often, and are not punished for it.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, half / 2);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    // Two servers on one port would share its edges by chance.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  }

  const std::shared_ptr<HubCalls> calls_;
  Service service_;
  // Whatever is no service of ours.
  const std::unique_ptr<grpc::CallbackGenericService> others_ =
      persona::other_versions("this server speaks harbinger.edge.v1");
  std::unique_ptr<grpc::Server> server_;
  std::vector<SocketAddress> addresses_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<HubServer>> serve_edges(std::shared_ptr<EdgeHost> host, ReportSinks sinks,
                                               const HubServerSettings& settings) {
  if (settings.listen.empty()) return fail(ErrorCode::malformed, "no address to listen on");
  const bool guarded = settings.tokens || settings.client_ca;
  for (const auto& address : settings.listen)
    if (auto closed = guarded ? Result<void>() : net::must_not_be_open(address, "be an edge"); !closed)
      return fail(closed.error());
  auto tokens = persona::Tokens::load_any(settings.tokens, "edge");
  if (!tokens) return fail(tokens.error());
  const auto credentials = persona::server_credentials({settings.certificate, settings.key, settings.client_ca});
  if (!credentials) return fail(credentials.error());
  for (const auto& address : settings.listen)
    net::warn_of_plain_text(settings.log, address, settings.certificate.has_value(), "tokens and accesses");
  persona::prepare_grpc();
  auto server = std::make_unique<Server>(
      std::make_shared<HubCalls>(std::move(host), std::move(sinks), settings, std::move(*tokens)));
  if (auto started = server->start(*credentials); !started) return fail(started.error());
  return server;
}

}  // namespace harbinger::edge
