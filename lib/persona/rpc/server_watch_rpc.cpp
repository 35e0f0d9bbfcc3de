// Streams to watchers: what the engine pushes waits for its turn, up to a limit.
#include <grpcpp/grpcpp.h>

#include <deque>

#include <harbinger/persona/v1/persona.pb.h>
#include "persona/rpc/convert.h"
#include "persona/rpc/refusal.h"
#include "persona/rpc/server_calls.h"

namespace harbinger::persona {

namespace {

using Reactor = grpc::ServerWriteReactor<v1::WatchResponse>;

class Watch final : public Reactor, public LiveCall, public std::enable_shared_from_this<Watch> {
 public:
  Watch(std::shared_ptr<ServerCalls> calls, grpc::CallbackServerContext* context)
      : calls_(std::move(calls)), settings_(calls_->settings()), context_(context) {}

  void begin() {
    self_ = shared_from_this();
    if (!calls_->add(self_)) return end({grpc::StatusCode::RESOURCE_EXHAUSTED, "no room for another stream"});
    StartSendInitialMetadata();
    watching_ = calls_->engine().watch([weak = weak_from_this()](const PersonaUpdate& update) {
      if (const auto self = weak.lock()) self->push(update);
    });
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    waiting_octets_ -= waiting_.front().ByteSizeLong();
    waiting_.pop_front();
    writing_ = false;
    if (ok) write_on();
    finish();
  }

  void OnCancel() override { end(grpc::Status::CANCELLED); }

  void OnDone() override {
    // Waits for a push that is under way, so no lock is held.
    watching_.reset();
    calls_->remove(this);
    calls_.reset();
    self_.reset();
  }

  void drain() override { end({grpc::StatusCode::UNAVAILABLE, "the engine is going down"}); }

 private:
  void push(const PersonaUpdate& update) {
    auto parts = write(update, settings_.most_octets / 2);
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    for (auto& part : parts) {
      waiting_octets_ += part.ByteSizeLong();
      waiting_.push_back(std::move(part));
    }
    if (waiting_octets_ > settings_.watch_octets) return cut();
    write_on();
  }

  // The write that is on its way waits for a reader who does not read, so the stream is broken instead of ended.
  void cut() {
    settings_.log.warning("watcher", escape_for_log(context_->peer()) + " reads too slowly, and is cut off");
    ending_ = grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "this watcher reads too slowly");
    while (waiting_.size() > 1) waiting_.pop_back();
    if (writing_) context_->TryCancel();
    finish();
  }

  void end(grpc::Status status) {
    const std::lock_guard lock(mutex_);
    if (!ending_) ending_ = std::move(status);
    finish();
  }

  void write_on() {
    if (ending_ || writing_ || waiting_.empty()) return;
    writing_ = true;
    StartWrite(&waiting_.front());
  }

  void finish() {
    if (!ending_ || finished_ || writing_) return;
    finished_ = true;
    Finish(*ending_);
  }

  std::shared_ptr<ServerCalls> calls_;  // until the call is done: an update that is late must not keep the engine
  const RpcServerSettings settings_;
  grpc::CallbackServerContext* const context_;
  std::shared_ptr<Watch> self_;
  std::shared_ptr<void> watching_;
  std::mutex mutex_;
  std::deque<v1::WatchResponse> waiting_;  // the first is being written
  std::size_t waiting_octets_ = 0;
  bool writing_ = false, finished_ = false;
  std::optional<grpc::Status> ending_;
};

}  // namespace

Reactor* begin_watch(const std::shared_ptr<ServerCalls>& calls, grpc::CallbackServerContext* context) {
  if (auto status = calls->admit(*context, Scope::everything); !status.ok())
    return new Refusal<Reactor>(std::move(status));
  const auto watch = std::make_shared<Watch>(calls, context);
  watch->begin();
  return watch.get();
}

}  // namespace harbinger::persona
