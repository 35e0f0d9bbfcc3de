// The calls of both services. gRPC's and the generated classes are only named here.
#pragma once

#include <memory>

#include "provision/rpc/calls.h"

namespace grpc {
template <class Response>
class ServerWriteReactor;
}  // namespace grpc

namespace harbinger::provisioning::v1 {
class ListRequest;
class ListResponse;
class RegisterRequest;
class RegisterResponse;
class ReleaseRequest;
class WatchRequest;
class WatchResponse;
}  // namespace harbinger::provisioning::v1

namespace externalscaler {
class GetMetricSpecResponse;
class GetMetricsRequest;
class GetMetricsResponse;
class IsActiveResponse;
class ScaledObjectRef;
}  // namespace externalscaler

namespace harbinger::provision {

/// Of harbinger.provisioning.v1.Provisioning, for callers that were admitted.
grpc::Status register_instance(const Calls& calls, const provisioning::v1::RegisterRequest& request,
                               provisioning::v1::RegisterResponse& response);
grpc::Status list(const Calls& calls, const provisioning::v1::ListRequest& request,
                  provisioning::v1::ListResponse& response);
grpc::Status release(const Calls& calls, const provisioning::v1::ReleaseRequest& request);
/// Reactors free themselves.
grpc::ServerWriteReactor<provisioning::v1::WatchResponse>* begin_watch(const std::shared_ptr<Calls>& calls,
                                                                       grpc::CallbackServerContext* context,
                                                                       const provisioning::v1::WatchRequest& request);

/// Of externalscaler.ExternalScaler; they admit callers themselves, as tokens may stand in the request.
grpc::Status is_active(const Calls& calls, const grpc::CallbackServerContext& context,
                       const externalscaler::ScaledObjectRef& who, externalscaler::IsActiveResponse& response);
grpc::Status metric_spec(const Calls& calls, const grpc::CallbackServerContext& context,
                         const externalscaler::ScaledObjectRef& who, externalscaler::GetMetricSpecResponse& response);
grpc::Status metrics(const Calls& calls, const grpc::CallbackServerContext& context,
                     const externalscaler::GetMetricsRequest& request, externalscaler::GetMetricsResponse& response);
grpc::ServerWriteReactor<externalscaler::IsActiveResponse>* begin_active(const std::shared_ptr<Calls>& calls,
                                                                         grpc::CallbackServerContext* context,
                                                                         const externalscaler::ScaledObjectRef& who);

}  // namespace harbinger::provision
