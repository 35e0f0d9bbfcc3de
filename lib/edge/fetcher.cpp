#include "edge/fetcher.h"

#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "edge/cache_exchange.h"
#include "edge/fetch_desk.h"
#include "edge/fetcher_metrics.h"

namespace harbinger::edge {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kLookAgain = 20ms;            // while jobs wait that time alone may begin or end
constexpr std::size_t kMostAccesses = 8192;  // that are not taken in yet

// What others left for the fetcher's thread.
struct Inbox {
  struct Offer {
    Job job;
    Fetcher::Done done;
  };
  struct Access {
    std::string resource;
    Fetcher::Foreground what;  // its resource is the string above
  };
  std::vector<Offer> offers;
  std::vector<Access> accesses;
  bool told = false;  // the thread knows that there is something
};

class Working final : public Fetcher {
 public:
  Working(const Settings& settings, const World& world)
      : settings_(settings),
        clock_(world.clock ? *world.clock : system_clock()),
        log_(world.log),
        desk_(settings, system_random()),
        metrics_(world.metrics, [this] { return state(); }),
        connections_(context_,
                     {.cache = settings.cache,
                      .kept = settings.most,
                      .most_bytes = settings.most_bytes,
                      .patience = settings.patience,
                      .accept_encoding = settings.accept_encoding},
                     clock_),
        timer_(context_),
        work_(context_.get_executor()) {
    state_ = desk_.state(clock_.now());
    thread_ = std::thread([this] { context_.run(); });
  }

  ~Working() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    context_.stop();
    thread_.join();
    desk_.stop();
    for (auto& offer : inbox_.offers) answer(std::move(offer.done), offer.job, JobDone::Outcome::stopped);
    tell(desk_.take_told());
  }

  void offer(Job job, Done done) override {
    auto outcome = JobDone::Outcome::stopped;
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_ && inbox_.offers.size() < settings_.waiting) {
        inbox_.offers.push_back({std::move(job), std::move(done)});
        wake();
        return;
      }
      if (!stopping_) outcome = JobDone::Outcome::no_room;
    }
    if (outcome == JobDone::Outcome::no_room) metrics_.unheard();
    answer(std::move(done), job, outcome);
  }

  void foreground(const Foreground& what) override {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (inbox_.accesses.size() >= kMostAccesses) return metrics_.unheard();
    inbox_.accesses.push_back({std::string(what.resource), what});
    wake();
  }

  State state() const override {
    const std::lock_guard lock(mutex_);
    State state = state_;
    state.waiting += inbox_.offers.size();
    return state;
  }

 private:
  // With the lock held.
  void wake() {
    if (std::exchange(inbox_.told, true)) return;
    asio::post(context_, [this] { turn(); });
  }

  void turn() {
    take_in();
    const MonotonicTime now = clock_.now();
    while (auto order = desk_.next(now)) begin(std::move(*order));
    publish(now);
    tell(desk_.take_told());
    look_again();
  }

  void take_in() {
    Inbox taken;
    {
      const std::lock_guard lock(mutex_);
      std::swap(taken, inbox_);
    }
    const MonotonicTime now = clock_.now();
    for (auto& access : taken.accesses) {
      access.what.resource = access.resource;
      desk_.foreground(access.what, now);
    }
    for (auto& offer : taken.offers) desk_.offer(std::move(offer.job), std::move(offer.done), now);
  }

  void begin(FetchOrder order) {
    std::string key = order.key;
    asio::co_spawn(context_, connections_.fetch(std::move(order)),
                   [this, key = std::move(key)](const std::exception_ptr& trouble, FetchEnd end) {
                     // No memory, no descriptors.
                     if (trouble)
                       end = {.trouble = FetchEnd::Trouble::cache, .why = "this machine is short of something"};
                     ended(key, end);
                   });
  }

  void ended(const std::string& key, const FetchEnd& end) {
    if (end.outcome == JobDone::Outcome::failed)
      log_.warning(end.trouble == FetchEnd::Trouble::cache ? "cache" : "origin",
                   escape_for_log(key.substr(0, 200)) + ": " + end.why);
    desk_.ended(key, end, clock_.now());
    turn();
  }

  void publish(MonotonicTime now) {
    const State state = desk_.state(now);
    metrics_.totals(state.bytes, state.useful, desk_.unused());
    const std::lock_guard lock(mutex_);
    state_ = state;
  }

  void tell(FetchDesk::Told told) {
    for (auto& [done, what] : told) {
      metrics_.done(what.outcome);
      if (done) done(what);
    }
  }

  void answer(Done done, const Job& job, JobDone::Outcome outcome) {
    metrics_.done(outcome);
    if (!done) return;
    JobDone what;
    what.id = job.id;
    what.resource = job.resource;
    what.outcome = outcome;
    done(what);
  }

  void look_again() {
    if (!desk_.waits() || looking_) return;
    looking_ = true;
    timer_.expires_after(kLookAgain);
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
      looking_ = false;
      if (!cancelled) turn();
    });
  }

  const Settings settings_;
  const Clock& clock_;
  const Logger log_;
  mutable std::mutex mutex_;
  Inbox inbox_;
  State state_;
  bool stopping_ = false;

  FetchDesk desk_;
  FetcherMetrics metrics_;
  asio::io_context context_{1};
  CacheConnections connections_;
  asio::steady_timer timer_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  bool looking_ = false;
  std::thread thread_;
};

Result<void> check(const Fetcher::Settings& settings) {
  const auto wrong = [](std::string what) { return fail(ErrorCode::malformed, std::move(what)); };
  if (settings.cache.port == 0) return wrong("the cache has no port: write its address as 127.0.0.1:8080");
  if (settings.fewest == 0 || settings.fewest > settings.most || settings.most > 1024)
    return wrong("requests at a time are from 1 to 1024, and the fewest are not more than the most");
  if (settings.waiting == 0) return wrong("at least one job must be allowed to wait");
  if (!(settings.most_share > 0 && settings.most_share <= 1))
    return wrong("the share of the link is more than 0 and 1 at most");
  if (settings.most_bytes == 0) return wrong("a resource must be allowed at least one octet");
  if (settings.patience <= 0ms) return wrong("the patience must be longer than nothing");
  return {};
}

}  // namespace

Result<std::unique_ptr<Fetcher>> Fetcher::start(const Settings& settings, const World& world) {
  const auto right = check(settings);
  if (!right) return fail(right.error());
  return std::make_unique<Working>(settings, world);
}

}  // namespace harbinger::edge
