// Streams to who watches what a user is about to need. A slow reader is told the latest only.
#include <grpcpp/grpcpp.h>

#include <cmath>

#include <harbinger/orchestration/v1/orchestration.pb.h>
#include "orchestrate/rpc/answers.h"
#include "orchestrate/rpc/convert.h"
#include "persona/rpc/refusal.h"
#include "persona/rpc/status.h"
#include "persona/rpc/told_stream.h"

namespace harbinger::orchestrate {

namespace v1 = orchestration::v1;

namespace {

// Probabilities drift all the time: who watches is told when they have moved by a twentieth.
float step_of(float probability) { return std::round(probability * 20) / 20; }

// What is worth a message: other acts alone are not.
std::string digest(v1::Desired desired) {
  desired.set_something(step_of(desired.something()));
  desired.clear_acts();
  desired.clear_last_act();
  for (auto& each : *desired.mutable_attributes()) each.set_confidence(step_of(each.confidence()));
  for (auto& each : *desired.mutable_needs()) {
    each.set_probability(step_of(each.probability()));
    each.clear_usually_in_s();
  }
  return desired.SerializeAsString();
}

class DesiredWatch final : public persona::ToldStream<v1::WatchDesiredResponse, Calls> {
 public:
  DesiredWatch(std::shared_ptr<Calls> calls, ActorKey user) : ToldStream(std::move(calls)), user_(user) {}

  void begin() {
    if (!join()) return;
    StartSendInitialMetadata();
    look(calls_->engine().plan());
    hearing_ = calls_->each_round([weak = weak_from_this(), this](const std::vector<Action>& plan) {
      if (const auto self = weak.lock()) look(plan);
    });
  }

 private:
  void look(const std::vector<Action>& plan) {
    const auto user = calls_->engine().user(user_);
    if (!user) return;  // did nothing yet
    v1::Desired now;
    orchestrate::write(*user, plan, now);
    auto seen = digest(now);
    const std::lock_guard lock(mutex_);
    if (seen == seen_) return;
    seen_ = std::move(seen);
    next_ = std::move(now);
    write_on();
  }

  bool fill(v1::WatchDesiredResponse& out) override {
    if (!next_) return false;
    *out.mutable_desired() = std::move(*next_);
    next_.reset();
    return true;
  }

  const ActorKey user_;
  std::string seen_;
  std::optional<v1::Desired> next_;
};

}  // namespace

grpc::ServerWriteReactor<v1::WatchDesiredResponse>* begin_watch(const std::shared_ptr<Calls>& calls,
                                                                grpc::CallbackServerContext* context,
                                                                const v1::WatchDesiredRequest& request) {
  using Refusal = persona::Refusal<grpc::ServerWriteReactor<v1::WatchDesiredResponse>>;
  if (auto status = calls->admit(*context, Calls::What::desired, Scope::read); !status.ok())
    return new Refusal(std::move(status));
  const auto user = read_user(request.user(), calls->settings);
  if (!user) return new Refusal(persona::status_of(user.error()));
  const auto watch = std::make_shared<DesiredWatch>(calls, *user);
  watch->begin();
  return watch.get();
}

}  // namespace harbinger::orchestrate
