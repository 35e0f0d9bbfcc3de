#include "edge/agent.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include <harbinger/hints.h>
#include <harbinger/repeater.h>
#include <harbinger/resource_text.h>
#include "base/calendar.h"
#include "edge/access_line.h"
#include "edge/entry_pages.h"
#include "edge/hint_asker.h"
#include "edge/latency_book.h"
#include "persona/log_tail.h"

namespace harbinger::edge {

namespace {

using namespace std::chrono_literals;

constexpr Duration kTellEvery = 1s, kRememberEvery = 5s;
// Lines of what was learnt that are told to the others: so many between two reports, and each again only after so many reports.
constexpr std::size_t kMostLines = 50, kMostContexts = 65'536;
constexpr std::uint64_t kLineAgain = 60;
constexpr std::size_t kMostFetched = 4096;

class RealAgent final : public Agent {
 public:
  RealAgent(Settings settings, const World& world, std::unique_ptr<Fetcher> fetcher)
      : settings_(std::move(settings)),
        world_(world),
        lines_(settings_.site),
        decider_(settings_.decisions),
        fetcher_(std::move(fetcher)),
        tail_(tail_settings(), *world.clock, {[] {}, [this](std::string_view line) { take(line); }}) {
    register_metrics(*world.metrics);
  }

  ~RealAgent() override {
    work_.reset();
    (void)tail_.remember();
    std::unique_ptr<Uplink> uplink;
    {
      const std::lock_guard lock(mutex_);
      uplink = std::move(uplink_);
    }
    // Nobody who gives jobs is left when the fetcher ends, and it owes its answers to what is still there.
    uplink.reset();
    asker_.reset();
    predictor_.reset();
    fetcher_.reset();
  }

  Result<void> begin() {
    if (settings_.model != Model::off) {
      auto made = make_predictor();
      if (!made) return fail(made.error());
      predictor_ = std::move(*made);
    }
    if (settings_.resolver && predictor_) {
      auto asker = HintAsker::start(
          {.server = *settings_.resolver}, {world_.clock, world_.metrics},
          [this](const IpAddress& client, std::span<const Expected> expected) { hear_hints(client, expected); });
      if (!asker) return fail(asker.error());
      asker_ = std::move(*asker);
    }
    told_ = remembered_ = world_.clock->now();
    work_.emplace(settings_.log_every, [this] { work(); });
    return {};
  }

  UplinkEvents events() override {
    return {[this](std::span<const Job> jobs) { take_jobs(jobs); },
            [this](std::span<const Line> lines) {
              if (predictor_) predictor_->suggest(lines);
            },
            [this](bool connected) {
              world_.log.info("hub", connected ? "joined the DNS server" : "the DNS server is away; going on alone");
            }};
  }

  void attach(std::unique_ptr<Uplink> uplink) override {
    const std::lock_guard lock(mutex_);
    uplink_ = std::move(uplink);
  }

  std::vector<LikelyPage> likely(const IpAddress& client, std::string_view url, std::size_t most) override {
    return predictor_ ? predictor_->likely(client, url, most) : std::vector<LikelyPage>();
  }

  State state() const override {
    const std::lock_guard lock(mutex_);
    auto state = state_;
    state.books = decider_.books();
    state.fetcher = fetcher_->state();
    state.connected = uplink_ && uplink_->connected();
    if (predictor_) state.notes = predictor_->notes();
    return state;
  }

 private:
  persona::LogTail::Settings tail_settings() const {
    persona::LogTail::Settings tail;
    tail.file = settings_.log;
    if (settings_.prediction.state) tail.place = *settings_.prediction.state / "log.place";
    return tail;
  }

  Result<std::unique_ptr<Predictor>> make_predictor() {
    const PredictorWorld world{world_.clock, world_.metrics, world_.log};
    auto listener = [this](Predictor& from, ClientKey client, std::string_view after,
                           std::span<const Expected> expected) { hear(from, client, after, expected); };
    if (settings_.model == Model::markov1) return make_markov_predictor(settings_.prediction, world, listener);
    return make_foresight_predictor(settings_.prediction, world, listener);
  }

  void register_metrics(Metrics& metrics) {
    malformed_ = metrics.counter("harbinger_edge_log_malformed_total", "Lines of the cache's log that were of no use.");
    requests_ = metrics.counter("harbinger_edge_requests_total", "Requests of clients, by the cache's log.");
    hits_ = metrics.counter("harbinger_edge_hits_total", "Requests of clients that the cache had an answer to.");
    const auto gauge = [&](const char* name, const char* help, auto read) {
      gauges_.push_back(metrics.gauge(name, help, [this, read] {
        const std::lock_guard lock(mutex_);
        return static_cast<double>(read(decider_.books()));
      }));
    };
    using Books = Decider::Books;
    gauge("harbinger_edge_floor", "Probability that a prefetch must have at present.",
          [](const Books& books) { return books.floor; });
    gauge("harbinger_edge_dearness", "What prefetches waste, in times of what their probabilities say.",
          [](const Books& books) { return books.dearness; });
    gauge("harbinger_edge_useful", "Prefetched resources that a client came for.",
          [](const Books& books) { return books.useful; });
    gauge("harbinger_edge_in_vain", "Prefetched resources that nobody came for in time.",
          [](const Books& books) { return books.in_vain; });
  }

  // The log's thread.

  void work() {
    for (bool more = true; more;) {
      const auto polled = tail_.poll();
      if (!polled && !log_trouble_) world_.log.warning("log", polled.error().to_string());
      log_trouble_ = !polled;
      more = polled && *polled;
    }
    const auto now = world_.clock->now();
    if (now - told_ >= kTellEvery) tell(now);
    if (settings_.prediction.state && now - remembered_ >= kRememberEvery) {
      remembered_ = now;
      if (const auto done = tail_.remember(); !done) world_.log.warning("log", done.error().to_string());
    }
  }

  void take(std::string_view line) {
    if (!lines_.read(line, access_)) {
      malformed_.add();
      const std::lock_guard lock(mutex_);
      ++state_.lines;
      ++state_.malformed;
      return;
    }
    const bool hit = access_.cache == EdgeAccess::Cache::hit;
    if (!access_.prefetch) count(hit);
    const double took_ms = access_.took_us / 1e3;
    if (!access_.prefetch) {
      fetcher_->foreground(
          {access_.resource, access_.bytes, static_cast<std::uint32_t>(took_ms), hit, access_.keepable()});
      learn(took_ms, hit);
    }
  }

  void count(bool hit) {
    requests_.add();
    if (hit) hits_.add();
    const std::lock_guard lock(mutex_);
    ++state_.lines;
    ++state_.requests;
    ++status_.requests;
    status_.bytes_served += access_.bytes;
    if (hit) {
      ++state_.hits;
      ++status_.hits;
    } else {
      status_.bytes_origin += access_.bytes;
    }
    if (access_.client) latencies_.note(*access_.client, access_.rtt_ms);
  }

  void learn(double took_ms, bool hit) {
    Access access;
    access.at = calendar_ms(*world_.clock);
    access.client = predictor_ && access_.client ? predictor_->key_of(*access_.client) : 0;
    access.resource = access_.resource;
    access.outcome = access_.is_get ? access_.outcome : Outcome::refused;
    access.size_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(access_.bytes, UINT32_MAX));
    access.latency_us = access_.took_us;
    {
      const std::lock_guard lock(mutex_);
      if (access_.keepable()) decider_.wanted({access_.resource, access_.bytes, took_ms, hit});
      if (access_.keepable()) entry_pages_.note(access.client, host_of(access_.resource), access_.resource);
      if (uplink_ && fetched_.size() < kMostFetched)
        fetched_.push_back(
            {access.at, access.client, access_.resource, access.outcome, access.size_bytes, access.latency_us});
    }
    if (asker_ && access_.client) asker_->seen(*access_.client, host_of(access_.resource));
    if (predictor_) predictor_->accessed(access);
  }

  void tell(MonotonicTime now) {
    const auto queue = fetcher_->state();
    const std::lock_guard lock(mutex_);
    const double seconds = std::chrono::duration<double>(now - told_).count();
    told_ = now;
    ++reports_;
    decider_.tend(now);
    status_.load = settings_.bytes_per_second == 0 ? 0
                                                   : std::min(1.0, static_cast<double>(status_.bytes_served) / seconds /
                                                                       static_cast<double>(settings_.bytes_per_second));
    status_.jobs_waiting = static_cast<std::uint32_t>(queue.waiting);
    status_.jobs_in_flight = static_cast<std::uint32_t>(queue.in_flight);
    status_.takes_jobs = !queue.in_trouble;
    if (uplink_) {
      uplink_->status(status_);
      if (const auto latencies = latencies_.take(); !latencies.empty()) uplink_->latencies(latencies);
      if (!fetched_.empty()) uplink_->fetched(fetched_);
      if (!waiting_lines_.empty()) uplink_->lines(waiting_lines_);
    }
    status_ = Status();
    fetched_.clear();
    waiting_lines_.clear();
  }

  // The predictor's thread.

  void hear(Predictor& from, ClientKey client, std::string_view after, std::span<const Expected> expected) {
    {
      const std::lock_guard lock(mutex_);
      note_line(from, after);
    }
    fetch(client, expected);
  }

  // The asker's thread. A name stands for the page that its visitors come to first.
  void hear_hints(const IpAddress& client, std::span<const Expected> expected) {
    std::vector<std::string> texts;
    std::vector<Expected> known;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& each : expected)
        texts.emplace_back(is_url(each.resource) ? each.resource : entry_pages_.of(each.resource));
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (texts[i].empty()) continue;
      known.push_back(expected[i]);
      known.back().resource = texts[i];
    }
    fetch(predictor_->key_of(client), known);
  }

  void fetch(ClientKey client, std::span<const Expected> expected) {
    std::vector<Job> jobs;
    {
      const std::lock_guard lock(mutex_);
      jobs = decider_.decide(client, expected, world_.clock->now());
    }
    if (settings_.dry_run) return;
    for (auto& job : jobs)
      fetcher_->offer(std::move(job), [this](const JobDone& done) {
        const std::lock_guard lock(mutex_);
        decider_.done(done);
      });
  }

  void note_line(Predictor& from, std::string_view context) {
    if (!uplink_ || waiting_lines_.size() >= kMostLines) return;
    if (line_told_.size() >= kMostContexts) line_told_.clear();
    auto& told = line_told_[resource_hash(context)];
    if (told != 0 && reports_ - told < kLineAgain) return;
    auto line = from.line(context);
    if (!line) return;
    told = reports_ + 1;
    waiting_lines_.push_back(std::move(*line));
  }

  // A thread of the session's.

  void take_jobs(std::span<const Job> jobs) {
    for (const auto& job : jobs) {
      const auto tell = [this](const JobDone& done) {
        const std::lock_guard lock(mutex_);
        if (uplink_) uplink_->done(std::span(&done, 1));
      };
      if (settings_.dry_run)
        tell({job.id, job.resource, JobDone::Outcome::refused, 0, 0, "this edge only tells what it would do"});
      else
        fetcher_->offer(job, tell);
    }
  }

  const Settings settings_;
  const World world_;
  const AccessLines lines_;
  mutable std::mutex mutex_;  // for everything down to the fetcher, which calls back
  Decider decider_;
  EntryPages entry_pages_;
  State state_;
  Status status_;
  LatencyBook latencies_;
  std::vector<Fetched> fetched_;
  std::vector<Line> waiting_lines_;
  std::unordered_map<std::uint64_t, std::uint64_t> line_told_;  // context -> number of the report, from 1
  std::uint64_t reports_ = 0;
  std::unique_ptr<Uplink> uplink_;

  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Predictor> predictor_;
  std::unique_ptr<HintAsker> asker_;
  EdgeAccess access_;  // the log's thread
  bool log_trouble_ = false;
  MonotonicTime told_, remembered_;
  persona::LogTail tail_;
  Counter malformed_, requests_, hits_;
  std::vector<Metrics::GaugeHandle> gauges_;
  std::optional<Repeater> work_;
};

}  // namespace

Result<std::unique_ptr<Agent>> Agent::start(Settings settings, const World& world, std::unique_ptr<Fetcher> fetcher) {
  auto agent = std::make_unique<RealAgent>(std::move(settings), world, std::move(fetcher));
  if (auto begun = agent->begin(); !begun) return fail(begun.error());
  return agent;
}

}  // namespace harbinger::edge
