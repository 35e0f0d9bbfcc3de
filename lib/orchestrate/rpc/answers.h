// The calls of the service, for callers that were admitted. gRPC's and the generated classes are only named here.
#pragma once

#include <memory>

#include "orchestrate/rpc/calls.h"

namespace grpc {
template <class Response>
class ServerWriteReactor;
}  // namespace grpc

namespace harbinger::orchestration::v1 {
class ClaimRequest;
class ClaimResponse;
class DecideRequest;
class DecideResponse;
class Desired;
class ExplainRequest;
class ExplainResponse;
class LabelRequest;
class ListHistoryRequest;
class ListHistoryResponse;
class ListPlanRequest;
class ListPlanResponse;
class ReleaseRequest;
class ReportActivityRequest;
class ReportActivityResponse;
class User;
class WatchDesiredRequest;
class WatchDesiredResponse;
class WatchPlanRequest;
class WatchPlanResponse;
}  // namespace harbinger::orchestration::v1

namespace harbinger::orchestrate {

grpc::Status report_activity(const Calls& calls, const orchestration::v1::ReportActivityRequest& request,
                             orchestration::v1::ReportActivityResponse& response);
grpc::Status desired(const Calls& calls, const orchestration::v1::User& who, orchestration::v1::Desired& out);
grpc::Status list_plan(const Calls& calls, const orchestration::v1::ListPlanRequest& request,
                       orchestration::v1::ListPlanResponse& response);
grpc::Status list_history(const Calls& calls, const orchestration::v1::ListHistoryRequest& request,
                          orchestration::v1::ListHistoryResponse& response);
grpc::Status decide(const Calls& calls, const orchestration::v1::DecideRequest& request,
                    orchestration::v1::DecideResponse& response);
grpc::Status claim(const Calls& calls, const orchestration::v1::ClaimRequest& request,
                   orchestration::v1::ClaimResponse& response);
grpc::Status release(const Calls& calls, const orchestration::v1::ReleaseRequest& request);
grpc::Status explain(const Calls& calls, const orchestration::v1::ExplainRequest& request,
                     orchestration::v1::ExplainResponse& response);
grpc::Status label(const Calls& calls, const orchestration::v1::LabelRequest& request);

/// Reactors free themselves. They admit callers themselves.
grpc::ServerWriteReactor<orchestration::v1::WatchDesiredResponse>* begin_watch(
    const std::shared_ptr<Calls>& calls, grpc::CallbackServerContext* context,
    const orchestration::v1::WatchDesiredRequest& request);
grpc::ServerWriteReactor<orchestration::v1::WatchPlanResponse>* begin_watch(
    const std::shared_ptr<Calls>& calls, grpc::CallbackServerContext* context,
    const orchestration::v1::WatchPlanRequest& request);

}  // namespace harbinger::orchestrate
