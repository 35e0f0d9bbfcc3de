// Streams of batches: one is read, handed to the engine, and answered when the engine has answered. Messages come as octets, so that a batch
// can be counted before anything is made of it.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include <deque>

#include <harbinger/persona/v1/persona.pb.h>
#include "persona/rpc/convert.h"
#include "persona/rpc/refusal.h"
#include "persona/rpc/server_calls.h"

namespace harbinger::persona {

namespace {

using Reactor = grpc::ServerBidiReactor<Octets, Octets>;

// Both kinds of batches have their parts in field 2. Four megabytes of empty parts would take a hundred as objects.
constexpr int kParts = 2;
static_assert(v1::AssignRequest::kAsksFieldNumber == kParts && v1::ReportRequest::kEventsFieldNumber == kParts);

std::size_t parts_of(Octets& octets) {
  using google::protobuf::internal::WireFormatLite;
  grpc::ProtoBufferReader reader(&octets);
  google::protobuf::io::CodedInputStream in(&reader);
  std::size_t parts = 0;
  while (const auto tag = in.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) == kParts) ++parts;
    if (!WireFormatLite::SkipField(&in, tag)) break;
  }
  return parts;
}

template <class Message>
Octets octets_of(const Message& message) {
  Octets octets;
  bool own = false;
  grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(message, &octets, &own);
  return octets;
}

class Lane : public Reactor, public LiveCall, public std::enable_shared_from_this<Lane> {
 public:
  explicit Lane(std::shared_ptr<ServerCalls> calls) : calls_(std::move(calls)) {}

  void begin() {
    self_ = shared_from_this();
    if (!calls_->add(self_)) return end({grpc::StatusCode::RESOURCE_EXHAUSTED, "no room for another stream"});
    // Tells the caller that it is let in.
    StartSendInitialMetadata();
    StartRead(&in_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return half_closed();
    {
      const std::lock_guard lock(mutex_);
      ++in_work_;
    }
    if (auto status = take(in_); !status.ok()) return end(std::move(status));
    const std::lock_guard lock(mutex_);
    paused_ = true;
    read_on();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    answers_.pop_front();
    writing_ = false;
    if (!ok) answers_.clear();
    write_on();
  }

  void OnCancel() override { end(grpc::Status::CANCELLED); }

  void OnDone() override {
    calls_->remove(this);
    {
      // Answers may still come. They must not keep the engine, or it would end on its own thread.
      const std::lock_guard lock(mutex_);
      calls_.reset();
    }
    self_.reset();
  }

  void drain() override {
    const std::lock_guard lock(mutex_);
    drained_ = true;
    finish_when_idle({grpc::StatusCode::UNAVAILABLE, "the engine is going down"});
  }

 protected:
  // Hands a batch to the engine; answer() or trouble() follows once. An error ends the stream.
  virtual grpc::Status take(Octets& octets) = 0;

  const ServerCalls& calls() const { return *calls_; }

  // Fills `request` from a batch that is not too large.
  template <class Request>
  grpc::Status parse(Octets& octets, Request& request, const char* parts) const {
    const auto count = parts_of(octets), most = calls_->settings().most_batch;
    if (count > most)
      return {grpc::StatusCode::INVALID_ARGUMENT,
              "a batch of " + std::to_string(count) + ' ' + parts + "; at most " + std::to_string(most) + " are taken"};
    grpc::ProtoBufferReader reader(&octets);
    if (!request.ParseFromZeroCopyStream(&reader))
      return {grpc::StatusCode::INVALID_ARGUMENT, "this is no " + request.GetTypeName()};
    return grpc::Status::OK;
  }

  void answer(Octets octets) {
    const std::lock_guard lock(mutex_);
    --in_work_;
    if (ending_) return;
    answers_.push_back(std::move(octets));
    read_on();
    write_on();
  }

  void trouble(const Error& error) { end(status_of(error)); }

 private:
  // The caller has said all, or is gone.
  void half_closed() {
    const std::lock_guard lock(mutex_);
    drained_ = true;
    finish_when_idle(grpc::Status::OK);
  }

  void end(grpc::Status status) {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = std::move(status);
    finish();
  }

  void read_on() {
    if (!paused_ || drained_ || ending_ || in_work_ >= calls_->settings().most_in_work) return;
    paused_ = false;
    StartRead(&in_);
  }

  void write_on() {
    if (!ending_ && !answers_.empty() && !writing_) {
      writing_ = true;
      StartWrite(&answers_.front());
    }
    if (last_words_) finish_when_idle(*last_words_);
    finish();
  }

  void finish_when_idle(grpc::Status status) {
    last_words_ = std::move(status);
    if (ending_ || in_work_ > 0 || !answers_.empty()) return;
    ending_ = last_words_;
    finish();
  }

  // Never while a write is on its way.
  void finish() {
    if (!ending_ || finished_ || writing_) return;
    finished_ = true;
    Finish(*ending_);
  }

  std::shared_ptr<ServerCalls> calls_;  // until the call is done
  std::shared_ptr<Lane> self_;          // until gRPC is done with it; the engine's callbacks hold others
  std::mutex mutex_;
  Octets in_;
  std::deque<Octets> answers_;
  std::size_t in_work_ = 0;  // batches that the engine has not answered
  bool paused_ = false, writing_ = false, drained_ = false, finished_ = false;
  std::optional<grpc::Status> last_words_, ending_;
};

class AssignLane final : public Lane {
 public:
  using Lane::Lane;

 private:
  grpc::Status take(Octets& octets) override {
    if (auto status = parse(octets, request_, "asks"); !status.ok()) return status;
    asks_.clear();
    for (const auto& ask : request_.asks()) asks_.push_back(read(ask));
    auto self = std::static_pointer_cast<AssignLane>(shared_from_this());
    calls().engine().assign(asks_, [self, batch = request_.batch()](const auto& assigned) {
      if (!assigned) return self->trouble(assigned.error());
      v1::AssignResponse response;
      response.set_batch(batch);
      response.mutable_assignments()->Reserve(static_cast<int>(assigned->size()));
      for (const auto& assignment : *assigned) write(assignment, *response.add_assignments());
      self->answer(octets_of(response));
    });
    return grpc::Status::OK;
  }

  // Kept from batch to batch, for their memory.
  v1::AssignRequest request_;
  std::vector<PersonaAsk> asks_;
};

class ReportLane final : public Lane {
 public:
  using Lane::Lane;

 private:
  grpc::Status take(Octets& octets) override {
    if (auto status = parse(octets, request_, "events"); !status.ok()) return status;
    events_.clear();
    for (const auto& event : request_.events()) events_.push_back(read(event));
    auto self = std::static_pointer_cast<ReportLane>(shared_from_this());
    calls().engine().report(events_, [self, batch = request_.batch()](const auto& receipt) {
      if (!receipt) return self->trouble(receipt.error());
      v1::ReportResponse response;
      response.set_batch(batch);
      write(*receipt, response);
      self->answer(octets_of(response));
    });
    return grpc::Status::OK;
  }

  v1::ReportRequest request_;
  std::vector<BehaviourEvent> events_;
};

template <class Kind>
Reactor* begin(const std::shared_ptr<ServerCalls>& calls, const grpc::CallbackServerContext& context, Scope needed) {
  if (auto status = calls->admit(context, needed); !status.ok()) return new Refusal<Reactor>(std::move(status));
  const auto lane = std::make_shared<Kind>(calls);
  lane->begin();
  return lane.get();
}

}  // namespace

Reactor* begin_assign(const std::shared_ptr<ServerCalls>& calls, grpc::CallbackServerContext* context) {
  return begin<AssignLane>(calls, *context, Scope::everything);
}

Reactor* begin_report(const std::shared_ptr<ServerCalls>& calls, grpc::CallbackServerContext* context) {
  return begin<ReportLane>(calls, *context, Scope::report);
}

}  // namespace harbinger::persona
