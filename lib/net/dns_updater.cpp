#include "net/dns_updater.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <harbinger/message.h>
#include <harbinger/random.h>

#include "net/dns_call.h"
#include "net/update_line.h"
#include "net/update_try.h"
#include "net/visibility.h"

namespace harbinger::net {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr Duration kFirstPause = milliseconds(50), kLongestPause = milliseconds(1000);
constexpr Duration kFirstLook = milliseconds(5), kLongestLook = milliseconds(200);
constexpr Duration kLookPatience = milliseconds(500);

std::uint16_t random_id() { return static_cast<std::uint16_t>(system_random().below(65536)); }

Duration left_until(Steady::time_point end) { return std::max<Duration>(end - Steady::now(), Duration(0)); }

Steady::time_point end_of(Duration patience) {
  return Steady::now() + std::chrono::duration_cast<Steady::duration>(patience);
}

template <class Work>
void after(asio::steady_timer& timer, Duration pause, Work work) {
  timer.expires_after(std::chrono::duration_cast<Steady::duration>(pause));
  timer.async_wait([work = std::move(work)](const error_code& stopped) {
    if (!stopped) work();
  });
}

// What was learnt of servers; also read by other threads.
class KnownLeases {
 public:
  void learn(const SocketAddress& server, LeaseSupport support) {
    const std::scoped_lock lock(mutex_);
    known_[server] = support;
  }
  LeaseSupport of(const SocketAddress& server) const {
    const std::scoped_lock lock(mutex_);
    const auto found = known_.find(server);
    return found == known_.end() ? LeaseSupport::unknown : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<SocketAddress, LeaseSupport> known_;
};

// The changes of one zone on one server: one message under way at a time. Lives as long as its updater.
class ZoneUpdates {
 public:
  ZoneUpdates(asio::io_context& context, const Clock& clock, KnownLeases& leases)
      : context_(context), timer_(context), clock_(clock), leases_(leases) {}

  void add(UpdateLine::Waiting waiting) {
    line_.add(std::move(waiting));
    if (batch_.waiting.empty()) next();
  }

 private:
  const UpdateServer& server() const { return batch_.waiting.front().server; }
  TsigTime now() const { return static_cast<TsigTime>(std::chrono::system_clock::to_time_t(clock_.calendar())); }

  void next() {
    batch_ = {};
    if (line_.empty()) return;
    batch_ = line_.take();
    pause_ = kFirstPause;
    end_ = end_of(server().patience);
    send();
  }

  void send() {
    auto trying = std::make_shared<UpdateTry>(batch_.update, server().key);
    auto message = trying->message(random_id(), now());
    // Not within the call of whoever adds, so that `done` never is.
    if (!message) return asio::post(context_, [this, error = message.error()] { finish(fail(error)); });
    const auto patience = std::min(server().try_patience, left_until(end_));
    call_over_tcp(context_, server().address, std::move(*message), patience, [this, trying](const auto& reply) {
      answered(reply ? trying->judge(*reply, now()) : fail(reply.error()));
    });
  }

  void answered(Result<UpdateDone> result) {
    const bool again = !result && worth_another_try(result.error(), batch_.update) && pause_ < left_until(end_);
    if (!again) return finish(std::move(result));
    after(timer_, pause_, [this] { send(); });
    pause_ = std::min(2 * pause_, kLongestPause);
  }

  void finish(const Result<UpdateDone>& result) {
    if (result && batch_.update.lease)
      leases_.learn(server().address, result->lease ? LeaseSupport::yes : LeaseSupport::no);
    auto batch = std::exchange(batch_, {});
    if (!result && batch.waiting.size() > 1 && may_be_the_fault_of_one(result.error())) {
      line_.give_back(std::move(batch.waiting));
    } else {
      for (auto& waiting : batch.waiting) waiting.done(result);
    }
    next();
  }

  asio::io_context& context_;
  asio::steady_timer timer_;
  const Clock& clock_;
  KnownLeases& leases_;
  UpdateLine line_;
  UpdateLine::Batch batch_;  // under way; its updates are borrowed by the try
  Duration pause_ = kFirstPause;
  Steady::time_point end_;
};

// Asks until the answer is as expected.
class Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(asio::io_context& context, Expected expected, DnsUpdater::Seen seen)
      : context_(context), timer_(context), expected_(std::move(expected)), seen_(std::move(seen)) {}

  void ask(bool over_tcp = false) {
    auto question = make_query(random_id(), {expected_.name, expected_.type}, false);
    const auto patience = std::min(kLookPatience, left_until(end_));
    const auto call = over_tcp ? &call_over_tcp : &call_over_udp;
    call(context_, expected_.server, std::move(question), patience,
         [self = shared_from_this(), over_tcp](const auto& reply) {
           if (reply && !over_tcp && is_truncated(*reply)) return self->ask(true);
           self->answered(reply);
         });
  }

 private:
  // The last answer tells more than the silence behind it.
  void answered(const Result<std::vector<std::uint8_t>>& reply) {
    const auto words = reply ? unlike(expected_, *reply) : reply.error().message;
    if (words.empty()) return seen_(Steady::now() - began_);
    if (reply || last_words_.empty()) last_words_ = words;
    if (left_until(end_) <= pause_)
      return seen_(fail(ErrorCode::timeout, expected_.server.to_string() + " answers for " +
                                                expected_.name.to_string() + ": " + last_words_));
    after(timer_, pause_, [self = shared_from_this()] { self->ask(); });
    pause_ = std::min(pause_ * 3 / 2, kLongestLook);
  }

  asio::io_context& context_;
  asio::steady_timer timer_;
  const Expected expected_;
  const DnsUpdater::Seen seen_;
  const Steady::time_point began_ = Steady::now(), end_ = end_of(expected_.patience);
  Duration pause_ = kFirstLook;
  std::string last_words_;
};

class AsioDnsUpdater final : public DnsUpdater {
 public:
  explicit AsioDnsUpdater(const Clock& clock) : clock_(clock), thread_([this] { context_.run(); }) {}
  ~AsioDnsUpdater() override {
    context_.stop();
    thread_.join();
  }

  void change(const UpdateServer& server, UpdateMessage update, Done done) override {
    UpdateLine::Waiting waiting{server, std::move(update), std::move(done)};
    asio::post(context_, [this, waiting = std::move(waiting)]() mutable { add(std::move(waiting)); });
  }
  void visible(const Expected& expected, Seen seen) override {
    auto watch = std::make_shared<Watch>(context_, expected, std::move(seen));
    asio::post(context_, [watch = std::move(watch)] { watch->ask(); });
  }
  LeaseSupport leases(const SocketAddress& server) const override { return leases_.of(server); }

 private:
  void add(UpdateLine::Waiting waiting) {
    auto& zone = zones_[{waiting.server.address, waiting.update.zone}];
    if (!zone) zone = std::make_unique<ZoneUpdates>(context_, clock_, leases_);
    zone->add(std::move(waiting));
  }

  const Clock& clock_;
  KnownLeases leases_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> working_{context_.get_executor()};
  std::map<std::pair<SocketAddress, Name>, std::unique_ptr<ZoneUpdates>> zones_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<DnsUpdater> DnsUpdater::make(const Clock& clock) { return std::make_unique<AsioDnsUpdater>(clock); }

}  // namespace harbinger::net
