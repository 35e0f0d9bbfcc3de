// Streams to scalers: whether there should be any replica, and each change of that. A slow reader is told the last one only.
#include <grpcpp/grpcpp.h>

#include <externalscaler/externalscaler.pb.h>
#include "persona/rpc/refusal.h"
#include "persona/rpc/status.h"
#include "persona/rpc/told_stream.h"
#include "provision/rpc/answers.h"
#include "provision/rpc/scaler.h"

namespace harbinger::provision {

namespace {

using Reactor = grpc::ServerWriteReactor<externalscaler::IsActiveResponse>;

class ActiveStream final : public persona::ToldStream<externalscaler::IsActiveResponse, Calls> {
 public:
  ActiveStream(std::shared_ptr<Calls> calls, std::string pool) : ToldStream(std::move(calls)), pool_(std::move(pool)) {}

  void begin() {
    if (!join()) return;
    look(calls_->engine().state());
    hearing_ = calls_->each_state([weak = weak_from_this(), this](const ProvisioningEngine::State& state) {
      if (const auto self = weak.lock()) look(state);
    });
  }

 private:
  // A pool may be gone after a reload.
  void look(const ProvisioningEngine::State& state) {
    const auto wanted = replicas(state, pool_);
    if (!wanted) return end(persona::status_of(wanted.error()));
    const std::lock_guard lock(mutex_);
    active_ = *wanted > 0;
    write_on();
  }

  bool fill(externalscaler::IsActiveResponse& out) override {
    if (told_ == active_) return false;
    told_ = active_;
    out.set_result(active_);
    return true;
  }

  const std::string pool_;
  bool active_ = false;
  std::optional<bool> told_;
};

}  // namespace

Reactor* begin_active(const std::shared_ptr<Calls>& calls, grpc::CallbackServerContext* context,
                      const externalscaler::ScaledObjectRef& who) {
  if (auto status = calls->admit_scaler(*context, token_of(who)); !status.ok())
    return new persona::Refusal<grpc::ServerWriteReactor<externalscaler::IsActiveResponse>>(std::move(status));
  const auto stream = std::make_shared<ActiveStream>(calls, pool_of(who));
  stream->begin();
  return stream.get();
}

}  // namespace harbinger::provision
