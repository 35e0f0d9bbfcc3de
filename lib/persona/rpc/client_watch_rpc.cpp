#include <grpcpp/grpcpp.h>

#include <harbinger/persona/v1/persona.grpc.pb.h>
#include "persona/rpc/client_calls.h"
#include "persona/rpc/convert.h"

namespace harbinger::persona {

namespace {

class Watching;

// One attempt at the stream. Lives until gRPC is done with it.
class Attempt final : public grpc::ClientReadReactor<v1::WatchResponse> {
 public:
  Attempt(std::shared_ptr<Watching> watching, std::unique_ptr<grpc::ClientContext> context)
      : watching_(std::move(watching)), context_(std::move(context)) {}

  void start(v1::PersonaEngine::Stub& stub, std::shared_ptr<Attempt> self) {
    self_ = std::move(self);
    stub.async()->Watch(context_.get(), &request_, this);
    StartRead(&in_);
    StartCall();
  }
  void cancel() { context_->TryCancel(); }

  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  const std::shared_ptr<Watching> watching_;
  const std::unique_ptr<grpc::ClientContext> context_;
  std::shared_ptr<Attempt> self_;
  v1::WatchRequest request_;
  v1::WatchResponse in_;
};

class Watching final : public ClientWatch, public std::enable_shared_from_this<Watching> {
 public:
  Watching(std::shared_ptr<ClientCalls> calls, PersonaEngine::Watcher update)
      : calls_(std::move(calls)),
        stub_(calls_->channel),
        update_(std::move(update)),
        pauses_(calls_->settings.shortest_pause, calls_->settings.longest_pause) {}

  void connect() {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    attempt_ = std::make_shared<Attempt>(shared_from_this(), calls_->context());
    calls_->open->add();
    attempt_->start(stub_, attempt_);
  }

  void stop() override {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (attempt_) attempt_->cancel();
  }

  bool stopped() const override {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

  void received(const PersonaUpdate& update) {
    const std::lock_guard lock(mutex_);
    pauses_.reset();
    if (!stopped_) update_(update);
  }

  void over(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    attempt_.reset();
    if (!stopped_) try_again_later(status);
  }

  std::shared_ptr<OpenCalls> open_calls() const { return calls_->open; }

 private:
  void try_again_later(const grpc::Status& status) {
    calls_->settings.log.warning("watch", calls_->settings.address + ": " + escape_for_log(status.error_message()));
    calls_->keeper.at(std::chrono::steady_clock::now() + pauses_.next(system_random()), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->connect();
    });
  }

  const std::shared_ptr<ClientCalls> calls_;
  v1::PersonaEngine::Stub stub_;
  const PersonaEngine::Watcher update_;
  mutable std::recursive_mutex mutex_;  // an update may drop its own handle
  std::shared_ptr<Attempt> attempt_;
  bool stopped_ = false;
  Pauses pauses_;
};

void Attempt::OnReadDone(bool ok) {
  if (!ok) return;
  watching_->received(read(in_));
  StartRead(&in_);
}

void Attempt::OnDone(const grpc::Status& status) {
  const auto open = watching_->open_calls();
  watching_->over(status);
  self_.reset();
  open->remove();
}

}  // namespace

std::shared_ptr<ClientWatch> open_watch(std::shared_ptr<ClientCalls> calls, PersonaEngine::Watcher update) {
  const auto watching = std::make_shared<Watching>(std::move(calls), std::move(update));
  watching->connect();
  return watching;
}

}  // namespace harbinger::persona
