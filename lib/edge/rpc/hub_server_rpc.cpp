#include "edge/rpc/hub_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <harbinger/edge/v1/edge.grpc.pb.h>
#include "edge/rpc/hub_calls.h"
#include "persona/rpc/credentials.h"

namespace harbinger::edge {

namespace {

constexpr const char* kName = "harbinger.edge.v1.EdgeHub";

using persona::Tokens;
using Raw = v1::EdgeHub::WithRawCallbackMethod_Session<
    v1::EdgeHub::WithRawCallbackMethod_ReportLatencies<v1::EdgeHub::Service>>;

class Service final : public Raw {
 public:
  explicit Service(std::shared_ptr<HubCalls> calls) : calls_(std::move(calls)) {}

  grpc::ServerBidiReactor<Octets, Octets>* Session(grpc::CallbackServerContext* context) override {
    return begin_session(calls_, context);
  }
  grpc::ServerUnaryReactor* ReportLatencies(grpc::CallbackServerContext* context, const Octets* request,
                                            Octets* response) override {
    return begin_report(calls_, context, *request, *response);
  }

 private:
  const std::shared_ptr<HubCalls> calls_;
};

// Whatever is no service of ours, other versions of it before all.
class OtherVersions final : public grpc::CallbackGenericService {
  class Answer final : public grpc::ServerGenericBidiReactor {
   public:
    Answer() { Finish({grpc::StatusCode::UNIMPLEMENTED, "this server speaks harbinger.edge.v1"}); }
    void OnDone() override { delete this; }
  };
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override { return new Answer(); }
};

class Server final : public HubServer {
 public:
  explicit Server(std::shared_ptr<HubCalls> calls) : calls_(std::move(calls)), service_(calls_) {}
  ~Server() override { stop(); }

  Result<void> start(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    limit(builder);
    const auto& listen = calls_->settings.listen;
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
  OtherVersions others_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<SocketAddress> addresses_;
  bool stopped_ = false;
};

Result<void> must_not_be_open(const HubServerSettings& settings) {
  if (settings.tokens || settings.client_ca) return {};
  for (const auto& address : settings.listen)
    if (!address.ip.is_loopback())
      return fail(ErrorCode::denied, "everybody could be an edge at " + address.to_string() +
                                         ": give a file of tokens or a client CA, or listen on 127.0.0.1");
  return {};
}

void warn_of_plain_text(const HubServerSettings& settings) {
  if (settings.certificate) return;
  for (const auto& address : settings.listen)
    if (!address.ip.is_loopback())
      settings.log.warning("plain", address.to_string() + " has no TLS: tokens and accesses can be read on their way");
}

Result<std::optional<Tokens>> tokens_of(const HubServerSettings& settings) {
  if (!settings.tokens) return std::nullopt;
  auto tokens = Tokens::load(*settings.tokens, "edge");
  if (!tokens) return fail(tokens.error());
  return std::move(*tokens);
}

}  // namespace

Result<std::unique_ptr<HubServer>> serve_edges(std::shared_ptr<EdgeHost> host, LatencySink sink,
                                               const HubServerSettings& settings) {
  if (settings.listen.empty()) return fail(ErrorCode::malformed, "no address to listen on");
  if (auto closed = must_not_be_open(settings); !closed) return fail(closed.error());
  auto tokens = tokens_of(settings);
  if (!tokens) return fail(tokens.error());
  const auto credentials = persona::server_credentials({settings.certificate, settings.key, settings.client_ca});
  if (!credentials) return fail(credentials.error());
  warn_of_plain_text(settings);
  persona::prepare_grpc();
  auto server = std::make_unique<Server>(
      std::make_shared<HubCalls>(std::move(host), std::move(sink), settings, std::move(*tokens)));
  if (auto started = server->start(*credentials); !started) return fail(started.error());
  return server;
}

}  // namespace harbinger::edge
