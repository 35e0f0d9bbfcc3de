#include "persona/rpc/serving.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include "net/doors.h"

namespace harbinger::persona {

namespace {

class OtherVersions final : public grpc::CallbackGenericService {
 public:
  explicit OtherVersions(std::string speaks) : speaks_(std::move(speaks)) {}

 private:
  class Answer final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Answer(const std::string& speaks) { Finish({grpc::StatusCode::UNIMPLEMENTED, speaks}); }
    void OnDone() override { delete this; }
  };
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Answer(speaks_);
  }

  const std::string speaks_;
};

void limit(grpc::ServerBuilder& builder, const ServerParts& parts) {
  constexpr int kStreams = 64, kHandshakeMs = 5'000, kIdleMs = 300'000, kPingMs = 5'000;
  const auto half = static_cast<int>(parts.silence.count() / 2);
  builder.SetMaxReceiveMessageSize(static_cast<int>(parts.most_octets));
  // Of one connection.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreams);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMs);
  // Asked after half of the silence, dead after the other half: a watcher that is gone is noticed.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, half);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, half);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingMs);
  // Two servers on one port would share its callers by chance.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

class Running final : public RunningServer {
 public:
  explicit Running(std::string speaks) : others_(other_versions(std::move(speaks))) {}

  Result<void> start(const ServerParts& parts, std::span<const SocketAddress> at,
                     const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    limit(builder, parts);
    for (const auto& each : parts.services) builder.RegisterService(each.service);
    builder.RegisterCallbackGenericService(others_.get());
    auto server = listen(builder, at, credentials, addresses_);
    if (!server) return fail(server.error());
    server_ = std::move(*server);
    for (const auto& each : parts.services) server_->GetHealthCheckService()->SetServingStatus(each.name, true);
    return {};
  }

  const std::vector<SocketAddress>& addresses() const override { return addresses_; }

  void stop(const std::function<void()>& drain, std::chrono::milliseconds grace) override {
    if (!server_ || stopped_) return;
    stopped_ = true;
    server_->GetHealthCheckService()->SetServingStatus(false);
    drain();
    server_->Shutdown(std::chrono::system_clock::now() + grace);
    server_->Wait();
  }

 private:
  const std::unique_ptr<grpc::CallbackGenericService> others_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<SocketAddress> addresses_;
  bool stopped_ = false;
};

}  // namespace

std::unique_ptr<grpc::CallbackGenericService> other_versions(std::string speaks) {
  return std::make_unique<OtherVersions>(std::move(speaks));
}

Result<std::unique_ptr<grpc::Server>> listen(grpc::ServerBuilder& builder, std::span<const SocketAddress> at,
                                             const std::shared_ptr<grpc::ServerCredentials>& credentials,
                                             std::vector<SocketAddress>& addresses) {
  std::vector<int> ports(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) builder.AddListeningPort(at[i].to_string(), credentials, &ports[i]);
  auto server = builder.BuildAndStart();
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (!server || ports[i] <= 0)
      return fail(ErrorCode::conflict, "cannot listen on " + at[i].to_string() + ": in use, or not of this machine");
    addresses.push_back({at[i].ip, static_cast<std::uint16_t>(ports[i])});
  }
  return server;
}

Result<std::shared_ptr<grpc::ServerCredentials>> open_door(const ServerDoor& door) {
  if (door.listen.empty()) return fail(ErrorCode::malformed, "no address to listen on");
  const bool guarded = door.has_tokens || door.tls.ca;
  for (const auto& address : door.listen)
    if (auto closed = guarded ? Result<void>() : net::must_not_be_open(address, door.could); !closed)
      return fail(closed.error());
  auto credentials = server_credentials(door.tls);
  if (!credentials) return fail(credentials.error());
  for (const auto& address : door.listen)
    net::warn_of_plain_text(*door.log, address, door.tls.certificate.has_value(), door.secrets);
  prepare_grpc();
  return credentials;
}

Result<std::unique_ptr<RunningServer>> run_server(const ServerParts& parts, std::span<const SocketAddress> at,
                                                  const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  auto server = std::make_unique<Running>(parts.speaks);
  if (auto started = server->start(parts, at, credentials); !started) return fail(started.error());
  return server;
}

}  // namespace harbinger::persona
