// Streams to watchers: of each instance the latest news wait for their turn.
#include <grpcpp/grpcpp.h>

#include <harbinger/provisioning/v1/provisioning.pb.h>
#include "persona/rpc/refusal.h"
#include "persona/rpc/status.h"
#include "persona/rpc/told_stream.h"
#include "provision/rpc/answers.h"
#include "provision/rpc/convert.h"

namespace harbinger::provision {

namespace v1 = provisioning::v1;

namespace {

using Reactor = grpc::ServerWriteReactor<v1::WatchResponse>;
using Instance = ProvisioningEngine::InstanceState;

class Watch final : public persona::NewsStream<v1::WatchResponse, Instance, Calls> {
 public:
  Watch(std::shared_ptr<Calls> calls, grpc::CallbackServerContext* context, std::string pool)
      : NewsStream(std::move(calls), context), pool_(std::move(pool)) {}

  void begin() {
    if (!join()) return;
    StartSendInitialMetadata();
    // Changes are heard before the beginning is looked at, so that none falls between.
    hearing_ = calls_->engine().on_change([weak = weak_from_this(), this](const Instance& instance) {
      if (const auto self = weak.lock(); self && wanted(instance)) push(instance.id, instance);
    });
    const auto state = calls_->engine().state();
    if (!pool_.empty())
      if (const auto pool = find_pool(state, pool_); !pool) return end(persona::status_of(pool.error()));
    std::map<std::string, Instance> all;
    for (const auto& instance : state.instances)
      if (wanted(instance)) all.try_emplace(instance.id, instance);
    tell_beginning(std::move(all));
  }

 private:
  bool wanted(const Instance& instance) const { return pool_.empty() || instance.pool == pool_; }

  void write(const Instance& news, v1::WatchResponse& out) override { provision::write(news, *out.add_instances()); }

  const std::string pool_;
};

}  // namespace

Reactor* begin_watch(const std::shared_ptr<Calls>& calls, grpc::CallbackServerContext* context,
                     const v1::WatchRequest& request) {
  if (auto status = calls->admit(*context, Calls::What::watch, Scope::read); !status.ok())
    return new persona::Refusal<grpc::ServerWriteReactor<v1::WatchResponse>>(std::move(status));
  const auto watch = std::make_shared<Watch>(calls, context, request.pool());
  watch->begin();
  return watch.get();
}

}  // namespace harbinger::provision
