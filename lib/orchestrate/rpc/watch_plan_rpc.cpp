// Streams to who watches the plan: of each action and each resource the latest news wait for their turn.
#include <grpcpp/grpcpp.h>

#include <variant>

#include <harbinger/orchestration/v1/orchestration.pb.h>
#include "orchestrate/rpc/answers.h"
#include "orchestrate/rpc/convert.h"
#include "persona/rpc/refusal.h"
#include "persona/rpc/told_stream.h"

namespace harbinger::orchestrate {

namespace v1 = orchestration::v1;

namespace {

using News = std::variant<Action, Resource>;

std::string key_of(const Action& action) { return "action " + std::to_string(action.number); }
std::string key_of(const Resource& resource) { return "resource " + resource.id; }

class PlanWatch final : public persona::NewsStream<v1::WatchPlanResponse, News, Calls> {
 public:
  using NewsStream::NewsStream;

  void begin() {
    if (!join()) return;
    StartSendInitialMetadata();
    // Changes are heard before the beginning is looked at, so that none falls between.
    hearing_ = calls_->engine().on_change([weak = weak_from_this(), this](const OrchestrationEngine::Change& change) {
      const auto self = weak.lock();
      if (self && change.action != nullptr) push(key_of(*change.action), *change.action);
      if (self && change.resource != nullptr) push(key_of(*change.resource), *change.resource);
    });
    std::map<std::string, News> all;
    for (auto& action : calls_->engine().plan()) all.try_emplace(key_of(action), action);
    for (auto& resource : calls_->engine().resources()) all.try_emplace(key_of(resource), resource);
    tell_beginning(std::move(all));
  }

 private:
  void write(const News& news, v1::WatchPlanResponse& out) override {
    if (const auto* action = std::get_if<Action>(&news))
      orchestrate::write(*action, *out.add_actions());
    else
      orchestrate::write(std::get<Resource>(news), *out.add_resources());
  }
};

}  // namespace

grpc::ServerWriteReactor<v1::WatchPlanResponse>* begin_watch(const std::shared_ptr<Calls>& calls,
                                                             grpc::CallbackServerContext* context,
                                                             const v1::WatchPlanRequest&) {
  if (auto status = calls->admit(*context, Calls::What::plan, Scope::read); !status.ok())
    return new persona::Refusal<grpc::ServerWriteReactor<v1::WatchPlanResponse>>(std::move(status));
  const auto watch = std::make_shared<PlanWatch>(calls, context);
  watch->begin();
  return watch.get();
}

}  // namespace harbinger::orchestrate
