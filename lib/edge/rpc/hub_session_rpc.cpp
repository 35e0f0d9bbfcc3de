// One edge's session, at the server's end.
#include <grpcpp/grpcpp.h>

#include <harbinger/edge/v1/edge.pb.h>
#include "base/calendar.h"
#include "edge/rpc/convert.h"
#include "edge/rpc/hub_calls.h"
#include "persona/rpc/refusal.h"
#include "persona/rpc/status.h"

namespace harbinger::edge {

namespace {

using Reactor = grpc::ServerBidiReactor<Octets, Octets>;
using What = HubCounts::What;

std::chrono::steady_clock::time_point now() { return std::chrono::steady_clock::now(); }

class Session final : public Reactor, public LiveSession, public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<HubCalls> calls, grpc::CallbackServerContext* context)
      : calls_(std::move(calls)), context_(context), outbox_(calls_->settings.most_waiting) {}

  void begin() {
    self_ = shared_from_this();
    if (!calls_->add(self_)) return refuse({grpc::StatusCode::RESOURCE_EXHAUSTED, "no room for another edge"});
    calls_->keeper.at(now() + calls_->settings.hello_within, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->expect_hello();
    });
    StartRead(&in_);
  }

  template <class Part>
  void send(std::span<const Part> parts) {
    std::vector<Part> fit;
    for (const auto& part : parts)
      if (auto copy = part; tidy(copy) != Found::refused) fit.push_back(std::move(copy));
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    put(std::span<const Part>(fit));
    calls_->counts.shed.add(outbox_.take_shed());
    write_on();
  }

  void close(std::string why) override { end(grpc::Status(grpc::StatusCode::UNAVAILABLE, why), why); }

  void OnReadDone(bool ok) override {
    if (!ok) return end(grpc::Status::OK);  // the edge has said all, or is gone
    if (auto status = edge_ ? hear() : join(); !status.ok()) return edge_ ? end(std::move(status)) : refuse(status);
    const std::lock_guard lock(mutex_);
    if (!ending_) StartRead(&in_);
  }

  void OnWriteDone(bool) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    write_on();
    finish();
  }

  void OnCancel() override { end(grpc::Status::CANCELLED); }

  void OnDone() override {
    if (edge_) --calls_->counts.sessions;
    edge_.reset();
    calls_->remove(this);
    {
      // The host may still say something to an edge that is gone; that must not keep it.
      const std::lock_guard lock(mutex_);
      ending_ = grpc::Status::CANCELLED;
      calls_.reset();
    }
    self_.reset();
  }

 private:
  // The host's way to the edge. Keeps no session.
  class Link final : public EdgeLink {
   public:
    explicit Link(std::weak_ptr<Session> session) : session_(std::move(session)) {}
    void send(std::span<const Job> jobs) override {
      if (const auto session = session_.lock()) session->send(jobs);
    }
    void send(std::span<const Line> lines) override {
      if (const auto session = session_.lock()) session->send(lines);
    }
    void close(std::string why) override {
      if (const auto session = session_.lock()) session->close(std::move(why));
    }

   private:
    const std::weak_ptr<Session> session_;
  };

  void put(std::span<const Job> jobs) { outbox_.add(jobs, now()); }
  void put(std::span<const Line> lines) { outbox_.add(lines); }

  grpc::Status join() {
    v1::SessionRequest said;
    if (auto status = understand(said); !status.ok()) return status;
    if (!said.has_hello()) return {grpc::StatusCode::INVALID_ARGUMENT, "a session begins with a Hello"};
    auto hello = read(said.hello());
    if (const auto fine = tidy(hello); !fine) return persona::status_of(fine.error());
    auto edge = calls_->host->join(hello, std::make_shared<Link>(weak_from_this()));
    if (!edge) return persona::status_of(edge.error());
    edge_ = std::move(*edge);
    ++calls_->counts.sessions;
    calls_->counts.joined.add();
    let_in();
    return grpc::Status::OK;
  }

  void let_in() {
    const std::lock_guard lock(mutex_);
    joined_ = true;
    if (ending_) return;
    StartSendInitialMetadata();
    write_on();
  }

  grpc::Status understand(v1::SessionRequest& said) const {
    auto status = parse(in_, said);
    if (!status.ok()) calls_->counts.messages.add();
    return status;
  }

  grpc::Status hear() {
    v1::SessionRequest said;
    if (auto status = understand(said); !status.ok()) return status;
    if (said.has_hello()) return {grpc::StatusCode::INVALID_ARGUMENT, "a session has one Hello"};
    hear_status(said);
    const auto time = calendar_ms(*calls_->settings.clock);
    const auto& counts = calls_->counts;
    const auto latencies =
        read_usable(said.latencies(), [&](Latency& each) { return counts.count(What::latency, tidy(each)); });
    const auto accesses =
        read_usable(said.accesses(), [&](Fetched& each) { return counts.count(What::access, tidy(each, time)); });
    const auto done = read_usable(said.done(), [&](JobDone& each) { return counts.count(What::done, tidy(each)); });
    const auto lines = read_usable(said.lines(), [&](Line& each) { return counts.count(What::line, tidy(each)); });
    if (!done.empty()) edge_->done(done);
    if (!latencies.empty()) edge_->latencies(latencies);
    if (!accesses.empty()) edge_->fetched(accesses);
    if (!lines.empty()) edge_->lines(lines);
    return grpc::Status::OK;
  }

  void hear_status(const v1::SessionRequest& said) {
    if (!said.has_status()) return;
    auto status = read(said.status());
    if (calls_->counts.count(What::status, tidy(status))) edge_->status(status);
  }

  void expect_hello() {
    {
      const std::lock_guard lock(mutex_);
      if (joined_ || ending_) return;
    }
    refuse({grpc::StatusCode::DEADLINE_EXCEEDED, "a session begins with a Hello, soon"});
  }

  void refuse(grpc::Status status) {
    calls_->counts.refused.add();
    end(std::move(status));
  }

  // A write that is on its way waits for an edge that does not read: it has a little time.
  void end(grpc::Status status, std::optional<std::string> farewell = {}) {
    std::shared_ptr<HubCalls> calls;
    {
      const std::lock_guard lock(mutex_);
      if (ending_) return;
      ending_ = std::move(status);
      if (joined_) farewell_ = std::move(farewell);
      outbox_.clear();
      finish();
      calls = calls_;
    }
    calls->keeper.at(now() + calls->settings.grace, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->cut();
    });
  }

  void cut() {
    const std::lock_guard lock(mutex_);
    if (calls_) context_->TryCancel();
  }

  void write_on() {
    if (!joined_ || ending_ || writing_ || outbox_.empty()) return;
    const auto words = outbox_.take(now());
    calls_->counts.shed.add(outbox_.take_shed());
    if (words.jobs.empty() && words.lines.empty()) return;
    v1::SessionResponse said;
    write(words, said);
    out_ = octets_of(said);
    writing_ = true;
    StartWrite(&out_);
  }

  // Never while a write is on its way.
  void finish() {
    if (!ending_ || finished_ || writing_) return;
    finished_ = true;
    if (!farewell_) return Finish(*ending_);
    v1::SessionResponse said;
    said.mutable_farewell()->set_reason(*farewell_);
    out_ = octets_of(said);
    StartWriteAndFinish(&out_, grpc::WriteOptions(), *ending_);
  }

  std::shared_ptr<HubCalls> calls_;             // until the call is done
  grpc::CallbackServerContext* const context_;  // as long
  std::shared_ptr<Session> self_;               // until gRPC is done with it
  std::unique_ptr<EdgeSession> edge_;           // of the reader; it is one thread at a time
  Octets in_;
  std::mutex mutex_;
  HubOutbox outbox_;
  Octets out_;
  bool joined_ = false, writing_ = false, finished_ = false;
  std::optional<std::string> farewell_;
  std::optional<grpc::Status> ending_;
};

}  // namespace

Reactor* begin_session(const std::shared_ptr<HubCalls>& calls, grpc::CallbackServerContext* context) {
  if (auto status = calls->admit(*context, persona::Scope::everything); !status.ok()) {
    calls->counts.refused.add();
    return new persona::Refusal<Reactor>(std::move(status));
  }
  const auto session = std::make_shared<Session>(calls, context);
  session->begin();
  return session.get();
}

}  // namespace harbinger::edge
