#include "edge/rpc/uplink.h"

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <mutex>
#include <vector>

#include <harbinger/edge/v1/edge.grpc.pb.h>
#include <harbinger/random.h>
#include "base/calendar.h"
#include "edge/rpc/convert.h"
#include "edge/rpc/outbox.h"
#include "edge/rpc/tidy.h"
#include "persona/rpc/credentials.h"
#include "persona/rpc/keeper.h"
#include "persona/rpc/open_calls.h"
#include "persona/rpc/status.h"

namespace harbinger::edge {

namespace {

using persona::Keeper;
using Reactor = grpc::ClientBidiReactor<v1::SessionRequest, v1::SessionResponse>;

Keeper::Time now() { return std::chrono::steady_clock::now(); }

struct Counts {
  explicit Counts(Metrics* metrics) {
    if (!metrics) return;
    shed = metrics->counter("harbinger_edge_uplink_shed_total", "Parts that waited too long for the DNS server.");
    ours = metrics->counter("harbinger_edge_uplink_refused_total", kWrong, {{"from", "edge"}});
    theirs = metrics->counter("harbinger_edge_uplink_refused_total", kWrong, {{"from", "server"}});
    joined = metrics->counter("harbinger_edge_uplink_sessions_total", "Times that the DNS server has let us in.");
  }
  static constexpr const char* kWrong = "Parts that were wrong, and so not sent or not heard.";
  Counter shed, ours, theirs, joined;
};

class Ties;

// One attempt at a session. Lives until gRPC is done with it. What it does is done under the lock of its Ties.
class Attempt final : public Reactor {
 public:
  explicit Attempt(std::shared_ptr<Ties> ties) : ties_(std::move(ties)) {}

  void start(v1::EdgeHub::Stub& stub, std::unique_ptr<grpc::ClientContext> context, const Hello& hello,
             std::shared_ptr<Attempt> self) {
    context_ = std::move(context);
    self_ = std::move(self);
    stub.async()->Session(context_.get(), this);
    AddHold();  // so that others may write
    StartRead(&in_);
    write(hello, *out_.mutable_hello());
    writing_ = true;
    StartWrite(&out_);
    StartCall();
  }

  void write_on(EdgeOutbox& outbox) {
    if (writing_ || over_ || outbox.empty()) return;
    out_.Clear();
    write(outbox.take(), out_);
    writing_ = true;
    StartWrite(&out_);
  }
  void written() { writing_ = false; }

  // Nothing is begun after this.
  void let_go() {
    over_ = true;
    RemoveHold();
  }

  void cancel() { context_->TryCancel(); }

  void OnReadInitialMetadataDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  const std::shared_ptr<Ties> ties_;
  std::shared_ptr<Attempt> self_;
  std::unique_ptr<grpc::ClientContext> context_;
  v1::SessionResponse in_;
  v1::SessionRequest out_;
  bool writing_ = false, over_ = false;
};

// An edge's ties to its server, through all attempts.
class Ties final : public std::enable_shared_from_this<Ties> {
 public:
  Ties(const UplinkSettings& settings, Hello hello, UplinkEvents events, std::shared_ptr<grpc::Channel> channel)
      : settings_(settings),
        hello_(std::move(hello)),
        events_(std::move(events)),
        channel_(std::move(channel)),
        stub_(channel_),
        counts_(settings.metrics),
        outbox_(settings.most_waiting),
        pauses_(settings.shortest_pause, settings.longest_pause) {}

  void connect() {
    const std::lock_guard lock(mutex_);
    if (ended_ || attempt_) return;
    attempt_ = std::make_shared<Attempt>(shared_from_this());
    open_->add();
    auto context = std::make_unique<grpc::ClientContext>();
    if (!settings_.token.empty()) context->AddMetadata("authorization", "Bearer " + settings_.token);
    attempt_->start(stub_, std::move(context), hello_, attempt_);
    later(settings_.patience, [attempt = std::weak_ptr(attempt_)](Ties& ties) { ties.expect(attempt); });
  }

  template <class Part, class Tidy>
  void say(std::span<const Part> parts, Tidy tidy_it) {
    if (!connected()) return;
    std::vector<Part> fit;
    for (const auto& part : parts)
      if (auto copy = part; tidy_it(copy) != Found::refused) fit.push_back(std::move(copy));
    counts_.ours.add(parts.size() - fit.size());
    const std::lock_guard lock(mutex_);
    if (!let_in_) return;
    if constexpr (std::is_same_v<Part, Status>)
      for (const auto& status : fit) outbox_.add(status);
    else
      outbox_.add(std::span<const Part>(fit));
    counts_.shed.add(outbox_.take_shed());
    attempt_->write_on(outbox_);
  }

  UnixMillis calendar() const { return calendar_ms(*settings_.clock); }

  bool connected() const { return connected_.load(std::memory_order_relaxed); }

  // Waits until gRPC is done; no event comes afterwards.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      if (attempt_) attempt_->cancel();
    }
    open_->wait();
    keeper_.stop();
  }

  // The server let us in.
  void opened(const Attempt* attempt) {
    const std::lock_guard events(events_mutex_);
    {
      const std::lock_guard lock(mutex_);
      if (attempt != attempt_.get() || let_in_ || ended_) return;
      let_in_ = true;
      since_ = now();
    }
    connected_ = true;
    trouble_.clear();
    counts_.joined.add();
    settings_.log.info("joined", settings_.address + " has let us in");
    if (events_.connected) events_.connected(true);
  }

  void heard(const v1::SessionResponse& said) {
    const auto may_use = [](auto& each) { return tidy(each) != Found::refused; };
    const auto jobs = read_usable(said.jobs(), may_use);
    const auto lines = read_usable(said.lines(), may_use);
    counts_.theirs.add(static_cast<std::size_t>(said.jobs_size()) - jobs.size());
    counts_.theirs.add(static_cast<std::size_t>(said.lines_size()) - lines.size());
    const std::lock_guard events(events_mutex_);
    if (said.has_farewell()) farewell_ = escape_for_log(said.farewell().reason());
    if (!connected()) return;
    if (!jobs.empty() && events_.jobs) events_.jobs(jobs);
    if (!lines.empty() && events_.lines) events_.lines(lines);
  }

  void written(Attempt& attempt, bool ok) {
    const std::lock_guard lock(mutex_);
    attempt.written();
    if (ok && let_in_ && &attempt == attempt_.get()) attempt.write_on(outbox_);
  }

  void let_go(Attempt& attempt) {
    const std::lock_guard lock(mutex_);
    attempt.let_go();
  }

  void over(const grpc::Status& status) {
    const std::lock_guard events(events_mutex_);
    bool was_in = false;
    {
      const std::lock_guard lock(mutex_);
      was_in = std::exchange(let_in_, false);
      attempt_.reset();
      outbox_.clear();
      // One that lasted shows that all is well; one that ended at once does not.
      if (was_in && now() - since_ >= kLasting) pauses_.reset();
    }
    connected_ = false;
    complain(status);
    if (was_in && events_.connected) events_.connected(false);
    try_again_later();
  }

  const std::shared_ptr<persona::OpenCalls>& open_calls() const { return open_; }

 private:
  static constexpr std::chrono::seconds kLasting{1};

  template <class Call>
  void later(std::chrono::microseconds pause, Call call) {
    keeper_.at(now() + pause, [weak = weak_from_this(), call = std::move(call)] {
      if (const auto self = weak.lock()) call(*self);
    });
  }

  void expect(const std::weak_ptr<Attempt>& attempt) {
    const std::lock_guard lock(mutex_);
    if (attempt_ && attempt.lock() == attempt_ && !let_in_) attempt_->cancel();
  }

  // The same trouble is told once.
  void complain(const grpc::Status& status) {
    auto why = std::exchange(farewell_, std::string());
    if (why.empty()) why = escape_for_log(persona::error_of(status).message);
    if (why.empty()) why = "the session has ended";
    if (ended() || why == trouble_) return;
    settings_.log.warning("away", settings_.address + ": " + why);
    trouble_ = std::move(why);
  }

  bool ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

  void try_again_later() {
    if (ended()) return;
    later(pauses_.next(system_random()), [](Ties& ties) { ties.connect(); });
  }

  const UplinkSettings settings_;
  const Hello hello_;
  const UplinkEvents events_;
  const std::shared_ptr<grpc::Channel> channel_;
  v1::EdgeHub::Stub stub_;
  const Counts counts_;
  const std::shared_ptr<persona::OpenCalls> open_ = std::make_shared<persona::OpenCalls>();

  std::mutex events_mutex_;  // taken before the other one; for what follows, too
  std::string farewell_, trouble_;

  std::mutex mutex_;
  EdgeOutbox outbox_;
  persona::Pauses pauses_;
  std::shared_ptr<Attempt> attempt_;
  bool let_in_ = false, ended_ = false;
  Keeper::Time since_{};
  std::atomic<bool> connected_ = false;
  Keeper keeper_;
};

void Attempt::OnReadInitialMetadataDone(bool ok) {
  if (ok) ties_->opened(this);
}

void Attempt::OnReadDone(bool ok) {
  if (!ok) return ties_->let_go(*this);
  ties_->opened(this);  // metadata may be told of later
  ties_->heard(in_);
  StartRead(&in_);
}

void Attempt::OnWriteDone(bool ok) { ties_->written(*this, ok); }

void Attempt::OnDone(const grpc::Status& status) {
  const auto open = ties_->open_calls();
  ties_->over(status);
  self_.reset();
  open->remove();
}

class Client final : public Uplink {
 public:
  explicit Client(std::shared_ptr<Ties> ties) : ties_(std::move(ties)) {}
  ~Client() override { ties_->end(); }

  void status(const Status& status) override { say(std::span(&status, 1)); }
  void latencies(std::span<const Latency> latencies) override { say(latencies); }
  void fetched(std::span<const Fetched> accesses) override {
    ties_->say(accesses, [time = ties_->calendar()](Fetched& access) { return tidy(access, time); });
  }
  void done(std::span<const JobDone> jobs) override { say(jobs); }
  void lines(std::span<const Line> lines) override { say(lines); }
  bool connected() const override { return ties_->connected(); }

 private:
  template <class Part>
  void say(std::span<const Part> parts) {
    ties_->say(parts, [](Part& part) { return tidy(part); });
  }

  const std::shared_ptr<Ties> ties_;
};

grpc::ChannelArguments arguments_of(const UplinkSettings& settings) {
  constexpr int kMostOctets = 1 << 20;
  const auto half = static_cast<int>(settings.silence.count() / 2);
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMostOctets);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, static_cast<int>(settings.shortest_pause.count()));
  // Whatever its name says: how long an attempt to connect may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, static_cast<int>(settings.patience.count()));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, static_cast<int>(settings.longest_pause.count()));
  // Asked after half of the silence, dead after the other half.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, half);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, half);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Edges of one process would share a connection, and so a credential's fate.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  if (!settings.tls_name.empty()) arguments.SetSslTargetNameOverride(settings.tls_name);
  return arguments;
}

}  // namespace

Result<std::unique_ptr<Uplink>> connect_hub(const UplinkSettings& settings, const Hello& hello, UplinkEvents events) {
  auto ours = hello;
  if (const auto fine = tidy(ours); !fine) return fail(fine.error());
  const auto credentials =
      persona::channel_credentials({settings.certificate, settings.key, settings.ca}, "the server");
  if (!credentials) return fail(credentials.error());
  auto channel = grpc::CreateCustomChannel("dns:///" + settings.address, *credentials, arguments_of(settings));
  auto ties = std::make_shared<Ties>(settings, std::move(ours), std::move(events), std::move(channel));
  ties->connect();
  return std::make_unique<Client>(std::move(ties));
}

}  // namespace harbinger::edge
