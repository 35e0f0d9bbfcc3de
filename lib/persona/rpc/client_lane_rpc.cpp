#include <grpcpp/grpcpp.h>

#include <deque>
#include <map>

#include <harbinger/persona/v1/persona.grpc.pb.h>
#include "persona/rpc/client_calls.h"
#include "persona/rpc/convert.h"

namespace harbinger::persona {

namespace {

using Stub = v1::PersonaEngine::Stub;
using Time = Keeper::Time;

Time now() { return std::chrono::steady_clock::now(); }

// What the two kinds of batches differ in.
struct Asks {
  using Part = PersonaAsk;
  using Done = PersonaEngine::Assigned;
  using Value = std::vector<PersonaAssignment>;
  using Request = v1::AssignRequest;
  using Response = v1::AssignResponse;

  static constexpr const char* kWhat = "asks";
  static v1::Ask& add_to(Request& request) { return *request.add_asks(); }
  static void start(Stub& stub, grpc::ClientContext* context, grpc::ClientBidiReactor<Request, Response>* reactor) {
    stub.async()->Assign(context, reactor);
  }
  static Result<Value> value(const Response& response, std::size_t parts) { return read(response, parts); }
  static Result<Value> no_room(std::size_t) { return fail(ErrorCode::timeout, "too many batches wait for the engine"); }
};

struct Events {
  using Part = BehaviourEvent;
  using Done = PersonaEngine::Reported;
  using Value = PersonaEngine::Receipt;
  using Request = v1::ReportRequest;
  using Response = v1::ReportResponse;

  static constexpr const char* kWhat = "events";
  static v1::Event& add_to(Request& request) { return *request.add_events(); }
  static void start(Stub& stub, grpc::ClientContext* context, grpc::ClientBidiReactor<Request, Response>* reactor) {
    stub.async()->Report(context, reactor);
  }
  static Result<Value> value(const Response& response, std::size_t) { return read(response); }
  static Result<Value> no_room(std::size_t parts) { return Value{.shed = parts}; }
};

template <class Kind>
class Lane;

// One attempt at a stream. Lives until gRPC is done with it.
template <class Kind>
class Stream final : public grpc::ClientBidiReactor<typename Kind::Request, typename Kind::Response> {
 public:
  using Request = typename Kind::Request;

  explicit Stream(std::shared_ptr<Lane<Kind>> lane) : lane_(std::move(lane)) {}

  void start(Stub& stub, std::unique_ptr<grpc::ClientContext> context, std::shared_ptr<Stream> self) {
    context_ = std::move(context);
    self_ = std::move(self);
    Kind::start(stub, context_.get(), this);
    this->AddHold();  // so that others may write
    this->StartRead(&in_);
    this->StartCall();
  }

  void send(Request request) {
    const std::lock_guard lock(mutex_);
    if (over_) return;
    out_.push_back(std::move(request));
    write_on();
  }

  // An empty one, with the memory of one that was sent.
  Request take_spare() {
    const std::lock_guard lock(mutex_);
    return std::exchange(spare_, Request());
  }

  void cancel() { context_->TryCancel(); }

  void OnReadInitialMetadataDone(bool ok) override {
    if (ok) lane_->opened(this);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return let_go();
    lane_->received(in_);
    this->StartRead(&in_);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    spare_ = std::move(out_.front());
    spare_.Clear();
    out_.pop_front();
    writing_ = false;
    if (ok && !over_) write_on();
  }

  void OnDone(const grpc::Status& status) override {
    const auto open = lane_->open_calls();
    lane_->over(this, status);
    self_.reset();
    open->remove();
  }

 private:
  void write_on() {
    if (writing_ || out_.empty()) return;
    writing_ = true;
    this->StartWrite(&out_.front());
  }

  void let_go() {
    const std::lock_guard lock(mutex_);
    over_ = true;
    this->RemoveHold();
  }

  const std::shared_ptr<Lane<Kind>> lane_;
  std::shared_ptr<Stream> self_;
  std::unique_ptr<grpc::ClientContext> context_;
  typename Kind::Response in_;
  std::mutex mutex_;
  std::deque<Request> out_;  // the first is being written
  Request spare_;
  bool writing_ = false, over_ = false;
};

template <class Kind>
class Lane final : public ClientLane<typename Kind::Part, typename Kind::Done>,
                   public std::enable_shared_from_this<Lane<Kind>> {
 public:
  using Done = typename Kind::Done;
  using Response = typename Kind::Response;

  explicit Lane(std::shared_ptr<ClientCalls> calls)
      : calls_(std::move(calls)),
        stub_(calls_->channel),
        pauses_(calls_->settings.shortest_pause, calls_->settings.longest_pause) {}

  void begin() {
    const std::lock_guard lock(mutex_);
    connect(State::connecting);
  }

  void send(std::span<const typename Kind::Part> parts, Done done) override {
    if (auto refused = refuse(parts.size())) return later(std::move(done), std::move(*refused));
    auto request = spare_request();
    for (const auto& part : parts) write(part, Kind::add_to(request));
    {
      const std::lock_guard lock(mutex_);
      if (lets_through()) {
        request.set_batch(++last_batch_);
        waiting_.emplace_hint(waiting_.end(), last_batch_,
                              Waiting{std::move(done), now() + calls_->settings.patience, parts.size()});
        if (waiting_.size() == 1) wait_for_first();
        return stream_->send(std::move(request));
      }
    }
    later(std::move(done), fail(ErrorCode::unreachable, trouble()));
  }

  std::string trouble() const override {
    const std::lock_guard lock(mutex_);
    return lets_through() ? std::string() : trouble_.message;
  }

  void end() override {
    std::map<std::uint64_t, Waiting> waiting;
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      trouble_ = {ErrorCode::unreachable, "this client of the engine has ended"};
      waiting.swap(waiting_);
      if (stream_) stream_->cancel();
    }
    for (auto& [batch, one] : waiting) one.done(fail(trouble_));
  }

  // The engine let us in.
  void opened(const Stream<Kind>* stream) {
    const std::lock_guard lock(mutex_);
    if (stream != stream_.get() || state_ == State::away) return;
    if (state_ == State::probing)
      calls_->settings.log.info("engine", std::string("is there again, for ") + Kind::kWhat);
    state_ = State::open;
    silent_ = 0;
  }

  void received(const Response& response) {
    std::optional<Waiting> one;
    {
      const std::lock_guard lock(mutex_);
      silent_ = 0;
      pauses_.reset();
      if (const auto found = waiting_.find(response.batch()); found != waiting_.end()) {
        one = std::move(found->second);
        waiting_.erase(found);
      }
    }
    if (one) one->done(Kind::value(response, one->parts));
  }

  void over(const Stream<Kind>* stream, const grpc::Status& status) {
    std::map<std::uint64_t, Waiting> waiting;
    Error reason;
    {
      const std::lock_guard lock(mutex_);
      if (stream == stream_.get()) stream_.reset();
      go_away(status.error_code() == grpc::StatusCode::CANCELLED && state_ == State::away ? trouble_
                                                                                          : error_of(status));
      reason = trouble_;
      waiting.swap(waiting_);
      if (!ended_) try_again_later();
    }
    for (auto& [batch, one] : waiting) one.done(fail(reason));
  }

  std::shared_ptr<OpenCalls> open_calls() const { return calls_->open; }

 private:
  // `connecting` is the first attempt, which batches may wait for; while `probing` they fail at once.
  enum class State : std::uint8_t { connecting, open, away, probing };
  struct Waiting {
    Done done;
    Time until;
    std::size_t parts;
  };
  // So many batches without an answer in between, and the engine counts as away.
  static constexpr unsigned kMostSilent = 3;

  bool lets_through() const { return !ended_ && stream_ && (state_ == State::open || state_ == State::connecting); }

  std::optional<Result<typename Kind::Value>> refuse(std::size_t parts) const {
    const auto most = calls_->settings.most_batch;
    if (parts > most)
      return fail(ErrorCode::too_large, "a batch of " + std::to_string(parts) + ' ' + Kind::kWhat + "; at most " +
                                            std::to_string(most) + " may go together");
    const std::lock_guard lock(mutex_);
    if (!lets_through()) return fail(trouble_);
    if (waiting_.size() >= calls_->settings.most_in_flight) return Kind::no_room(parts);
    return std::nullopt;
  }

  // Callbacks never come on the caller's thread: it may hold what they need.
  void later(Done done, Result<typename Kind::Value> what) {
    calls_->keeper.soon([done = std::move(done), what = std::move(what)] { done(what); });
  }

  typename Kind::Request spare_request() {
    std::shared_ptr<Stream<Kind>> stream;
    {
      const std::lock_guard lock(mutex_);
      stream = stream_;
    }
    return stream ? stream->take_spare() : typename Kind::Request();
  }

  void connect(State state) {
    state_ = state;
    stream_ = std::make_shared<Stream<Kind>>(this->shared_from_this());
    calls_->open->add();
    stream_->start(stub_, calls_->context(), stream_);
    after(calls_->settings.patience, [stream = std::weak_ptr(stream_)](Lane& lane) { lane.expect_open(stream); });
  }

  template <class Call>
  void after(std::chrono::microseconds pause, Call call) {
    calls_->keeper.at(now() + pause, [weak = this->weak_from_this(), call = std::move(call)] {
      if (const auto self = weak.lock()) call(*self);
    });
  }

  void expect_open(const std::weak_ptr<Stream<Kind>>& stream) {
    const std::lock_guard lock(mutex_);
    if (stream_ && stream.lock() == stream_ && state_ != State::open) give_up();
  }

  void wait_for_first() {
    const auto left = waiting_.begin()->second.until - now();
    after(std::chrono::ceil<std::chrono::microseconds>(left), [](Lane& lane) { lane.expire(); });
  }

  void expire() {
    std::vector<Done> late;
    {
      const std::lock_guard lock(mutex_);
      for (const auto time = now(); !waiting_.empty() && waiting_.begin()->second.until <= time; ++silent_) {
        late.push_back(std::move(waiting_.begin()->second.done));
        waiting_.erase(waiting_.begin());
      }
      if (!waiting_.empty()) wait_for_first();
      if (silent_ >= kMostSilent && state_ == State::open) give_up();
    }
    for (auto& done : late) done(fail(ErrorCode::timeout, "the engine has not answered in time"));
  }

  void give_up() {
    go_away({ErrorCode::unreachable, "the engine does not answer"});
    stream_->cancel();
  }

  void go_away(Error error) {
    if (error.message.empty()) error.message = "the engine has ended the stream";
    if (!ended_ && (state_ == State::open || state_ == State::connecting))
      calls_->settings.log.warning("engine", calls_->settings.address + ": " + escape_for_log(error.message));
    state_ = State::away;
    if (!ended_) trouble_ = std::move(error);
  }

  void try_again_later() {
    after(pauses_.next(system_random()), [](Lane& lane) {
      const std::lock_guard lock(lane.mutex_);
      if (!lane.ended_ && !lane.stream_) lane.connect(State::probing);
    });
  }

  const std::shared_ptr<ClientCalls> calls_;
  Stub stub_;
  mutable std::mutex mutex_;
  State state_ = State::connecting;
  std::shared_ptr<Stream<Kind>> stream_;
  std::map<std::uint64_t, Waiting> waiting_;  // by batch, so the oldest is the first
  std::uint64_t last_batch_ = 0;
  unsigned silent_ = 0;
  bool ended_ = false;
  Pauses pauses_;
  Error trouble_{ErrorCode::unreachable, "no engine yet"};
};

template <class Kind>
auto open_lane(std::shared_ptr<ClientCalls> calls) {
  auto lane = std::make_shared<Lane<Kind>>(std::move(calls));
  return lane->begin(), lane;
}

}  // namespace

std::shared_ptr<AskLane> open_ask_lane(std::shared_ptr<ClientCalls> calls) { return open_lane<Asks>(std::move(calls)); }

std::shared_ptr<EventLane> open_event_lane(std::shared_ptr<ClientCalls> calls) {
  return open_lane<Events>(std::move(calls));
}

}  // namespace harbinger::persona
