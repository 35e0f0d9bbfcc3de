#include "orchestrate/rpc/orchestration_server.h"

#include <grpcpp/grpcpp.h>

#include <harbinger/orchestration/v1/orchestration.grpc.pb.h>
#include "orchestrate/rpc/answers.h"
#include "persona/rpc/calls_server.h"

namespace harbinger::orchestrate {

namespace v1 = orchestration::v1;

namespace {

using Context = grpc::CallbackServerContext;
using Unary = grpc::ServerUnaryReactor;
using What = Calls::What;

class Service final : public v1::Orchestration::CallbackService {
 public:
  static constexpr auto kName = v1::Orchestration::service_full_name();
  explicit Service(std::shared_ptr<Calls> calls) : calls_(std::move(calls)) {}

  Unary* ReportActivity(Context* context, const v1::ReportActivityRequest* request,
                        v1::ReportActivityResponse* response) override {
    return answer(context, What::report, Scope::report, [&] { return report_activity(*calls_, *request, *response); });
  }
  Unary* GetDesired(Context* context, const v1::GetDesiredRequest* request, v1::GetDesiredResponse* response) override {
    return answer(context, What::desired, Scope::read,
                  [&] { return desired(*calls_, request->user(), *response->mutable_desired()); });
  }
  grpc::ServerWriteReactor<v1::WatchDesiredResponse>* WatchDesired(Context* context,
                                                                   const v1::WatchDesiredRequest* request) override {
    return begin_watch(calls_, context, *request);
  }
  Unary* ListPlan(Context* context, const v1::ListPlanRequest* request, v1::ListPlanResponse* response) override {
    return answer(context, What::plan, Scope::read, [&] { return list_plan(*calls_, *request, *response); });
  }
  grpc::ServerWriteReactor<v1::WatchPlanResponse>* WatchPlan(Context* context,
                                                             const v1::WatchPlanRequest* request) override {
    return begin_watch(calls_, context, *request);
  }
  Unary* ListHistory(Context* context, const v1::ListHistoryRequest* request,
                     v1::ListHistoryResponse* response) override {
    return answer(context, What::history, Scope::read, [&] { return list_history(*calls_, *request, *response); });
  }
  Unary* Decide(Context* context, const v1::DecideRequest* request, v1::DecideResponse* response) override {
    return answer(context, What::decide, Scope::provision, [&] { return decide(*calls_, *request, *response); });
  }
  Unary* Claim(Context* context, const v1::ClaimRequest* request, v1::ClaimResponse* response) override {
    return answer(context, What::claim, Scope::provision, [&] { return claim(*calls_, *request, *response); });
  }
  Unary* Release(Context* context, const v1::ReleaseRequest* request, v1::ReleaseResponse*) override {
    return answer(context, What::release, Scope::provision, [&] { return release(*calls_, *request); });
  }
  Unary* Explain(Context* context, const v1::ExplainRequest* request, v1::ExplainResponse* response) override {
    return answer(context, What::explain, Scope::read, [&] { return explain(*calls_, *request, *response); });
  }
  Unary* Label(Context* context, const v1::LabelRequest* request, v1::LabelResponse*) override {
    return answer(context, What::label, Scope::provision, [&] { return label(*calls_, *request); });
  }

 private:
  template <class Do>
  Unary* answer(Context* context, What what, Scope needed, Do how) const {
    auto status = calls_->admit(*context, what, needed);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(status.ok() ? how() : std::move(status));
    return reactor;
  }

  const std::shared_ptr<Calls> calls_;
};

using Server = persona::CallsServer<OrchestrationServer, Calls, Service>;

}  // namespace

Result<std::unique_ptr<OrchestrationServer>> serve_orchestration(std::shared_ptr<OrchestrationEngine> engine,
                                                                 const ServerSettings& settings) {
  return Server::serve(std::move(engine), settings, token_grammar(),
                       {.could = "approve plans and claim resources",
                        .secrets = "tokens and what users do",
                        .speaks = "this server speaks harbinger.orchestration.v1"});
}

}  // namespace harbinger::orchestrate
