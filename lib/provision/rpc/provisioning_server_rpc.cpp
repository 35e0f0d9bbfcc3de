#include "provision/rpc/provisioning_server.h"

#include <grpcpp/grpcpp.h>

#include <externalscaler/externalscaler.grpc.pb.h>
#include <harbinger/provisioning/v1/provisioning.grpc.pb.h>
#include "persona/rpc/calls_server.h"
#include "provision/rpc/answers.h"

namespace harbinger::provision {

namespace v1 = provisioning::v1;

namespace {

grpc::ServerUnaryReactor* finish(grpc::CallbackServerContext* context, grpc::Status status) {
  auto* reactor = context->DefaultReactor();
  reactor->Finish(std::move(status));
  return reactor;
}

class Provisioning final : public v1::Provisioning::CallbackService {
 public:
  static constexpr auto kName = v1::Provisioning::service_full_name();
  explicit Provisioning(std::shared_ptr<Calls> calls) : calls_(std::move(calls)) {}

  grpc::ServerUnaryReactor* Register(grpc::CallbackServerContext* context, const v1::RegisterRequest* request,
                                     v1::RegisterResponse* response) override {
    auto status = calls_->admit(*context, Calls::What::register_instance, Scope::provision);
    return finish(context, status.ok() ? register_instance(*calls_, *request, *response) : std::move(status));
  }
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context, const v1::ListRequest* request,
                                 v1::ListResponse* response) override {
    auto status = calls_->admit(*context, Calls::What::list, Scope::read);
    return finish(context, status.ok() ? list(*calls_, *request, *response) : std::move(status));
  }
  grpc::ServerUnaryReactor* Release(grpc::CallbackServerContext* context, const v1::ReleaseRequest* request,
                                    v1::ReleaseResponse*) override {
    auto status = calls_->admit(*context, Calls::What::release, Scope::provision);
    return finish(context, status.ok() ? release(*calls_, *request) : std::move(status));
  }
  grpc::ServerWriteReactor<v1::WatchResponse>* Watch(grpc::CallbackServerContext* context,
                                                     const v1::WatchRequest* request) override {
    return begin_watch(calls_, context, *request);
  }

 private:
  const std::shared_ptr<Calls> calls_;
};

class Scaler final : public externalscaler::ExternalScaler::CallbackService {
 public:
  static constexpr auto kName = externalscaler::ExternalScaler::service_full_name();
  explicit Scaler(std::shared_ptr<Calls> calls) : calls_(std::move(calls)) {}

  grpc::ServerUnaryReactor* IsActive(grpc::CallbackServerContext* context, const externalscaler::ScaledObjectRef* who,
                                     externalscaler::IsActiveResponse* response) override {
    return finish(context, is_active(*calls_, *context, *who, *response));
  }
  grpc::ServerWriteReactor<externalscaler::IsActiveResponse>* StreamIsActive(
      grpc::CallbackServerContext* context, const externalscaler::ScaledObjectRef* who) override {
    return begin_active(calls_, context, *who);
  }
  grpc::ServerUnaryReactor* GetMetricSpec(grpc::CallbackServerContext* context,
                                          const externalscaler::ScaledObjectRef* who,
                                          externalscaler::GetMetricSpecResponse* response) override {
    return finish(context, metric_spec(*calls_, *context, *who, *response));
  }
  grpc::ServerUnaryReactor* GetMetrics(grpc::CallbackServerContext* context,
                                       const externalscaler::GetMetricsRequest* request,
                                       externalscaler::GetMetricsResponse* response) override {
    return finish(context, metrics(*calls_, *context, *request, *response));
  }

 private:
  const std::shared_ptr<Calls> calls_;
};

using Server = persona::CallsServer<ProvisioningServer, Calls, Provisioning, Scaler>;

}  // namespace

Result<std::unique_ptr<ProvisioningServer>> serve_provisioning(std::shared_ptr<ProvisioningEngine> engine,
                                                               const ServerSettings& settings) {
  return Server::serve(std::move(engine), settings, token_grammar(),
                       {.could = "start instances",
                        .speaks = "this server speaks harbinger.provisioning.v1 and externalscaler.ExternalScaler"});
}

}  // namespace harbinger::provision
