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

class PlanWatch final : public persona::NewsStream<v1::WatchPlanResponse, News> {
 public:
  PlanWatch(std::shared_ptr<Calls> calls, grpc::CallbackServerContext* context)
      : NewsStream(calls->settings.most_waiting), calls_(std::move(calls)), context_(context) {}

  void begin() {
    keep();
    if (!calls_->streams.add(shared_from_this()))
      return end({grpc::StatusCode::RESOURCE_EXHAUSTED, "no room for another stream"});
    StartSendInitialMetadata();
    // Changes are heard before the beginning is looked at, so that none falls between.
    watching_ = calls_->engine().on_change([weak = weak_from_this(), this](const OrchestrationEngine::Change& change) {
      const auto self = weak.lock();
      if (self && change.action != nullptr) push(key_of(*change.action), *change.action);
      if (self && change.resource != nullptr) push(key_of(*change.resource), *change.resource);
    });
    std::map<std::string, News> all;
    for (auto& action : calls_->engine().plan()) all.try_emplace(key_of(action), action);
    for (auto& resource : calls_->engine().resources()) all.try_emplace(key_of(resource), resource);
    tell_beginning(std::move(all));
  }

  void drain() override { end({grpc::StatusCode::UNAVAILABLE, "the server is going down"}); }

 private:
  void write(const News& news, v1::WatchPlanResponse& out) override {
    if (const auto* action = std::get_if<Action>(&news))
      orchestrate::write(*action, *out.add_actions());
    else
      orchestrate::write(std::get<Resource>(news), *out.add_resources());
  }

  grpc::Status cut() override {
    calls_->count_cut();
    calls_->settings.log.warning("watcher", escape_for_log(context_->peer()) + " reads too slowly, and is cut off");
    if (writing()) context_->TryCancel();
    return {grpc::StatusCode::RESOURCE_EXHAUSTED, "this watcher reads too slowly"};
  }

  void let_go() override {
    watching_.reset();
    calls_->streams.remove(this);
    calls_.reset();
  }

  std::shared_ptr<Calls> calls_;  // until the call is done: news that are late must not keep the engine
  grpc::CallbackServerContext* const context_;
  std::shared_ptr<void> watching_;
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
