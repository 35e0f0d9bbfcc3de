#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <thread>

#include <harbinger/foresight.h>
#include "edge/agent.h"
#include "tests/support/drive.h"
#include "tests/support/hinting_server.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

// Takes jobs and says that they are done.
struct FakeFetcher final : Fetcher {
  struct Book {
    std::mutex lock;
    std::vector<Job> jobs;
    std::vector<std::string> foreground;

    std::vector<std::string> resources() {
      const std::lock_guard guard(lock);
      std::vector<std::string> all;
      for (const auto& job : jobs) all.push_back(job.resource);
      return all;
    }
  };
  explicit FakeFetcher(std::shared_ptr<Book> shared) : book(std::move(shared)) {}

  void offer(Job job, Done done) override {
    {
      const std::lock_guard guard(book->lock);
      book->jobs.push_back(job);
    }
    if (done) done({job.id, job.resource, JobDone::Outcome::fetched, 1000, 50, ""});
  }
  void foreground(const Foreground& what) override {
    const std::lock_guard guard(book->lock);
    book->foreground.emplace_back(what.resource);
  }
  State state() const override { return {}; }

  const std::shared_ptr<Book> book;
};

struct FakeUplink final : Uplink {
  struct Book {
    std::mutex lock;
    std::vector<Status> statuses;
    std::vector<Latency> latencies;
    std::vector<Fetched> fetched;
    std::vector<JobDone> done;
    std::vector<Line> lines;
  };
  explicit FakeUplink(std::shared_ptr<Book> shared) : book(std::move(shared)) {}

  template <class Part>
  void add(std::vector<Part>& to, std::span<const Part> parts) {
    const std::lock_guard guard(book->lock);
    to.insert(to.end(), parts.begin(), parts.end());
  }
  void status(const Status& status) override { add(book->statuses, std::span(&status, 1)); }
  void latencies(std::span<const Latency> latencies) override { add(book->latencies, latencies); }
  void fetched(std::span<const Fetched> accesses) override { add(book->fetched, accesses); }
  void done(std::span<const JobDone> jobs) override { add(book->done, jobs); }
  void lines(std::span<const Line> lines) override { add(book->lines, lines); }
  bool connected() const override { return true; }

  const std::shared_ptr<Book> book;
};

// An edge beside a log that the test writes.
struct Beside {
  explicit Beside(Agent::Settings settings = {}) {
    settings.log = scratch.write("access.log", "");
    settings.log_every = 1ms;
    settings.prediction.contexts = 10'000;
    auto started = Agent::start(std::move(settings), {&world.clock, &world.metrics, world.context.log},
                                std::make_unique<FakeFetcher>(fetcher));
    if (!started) throw std::runtime_error(started.error().to_string());
    agent = std::move(*started);
    // It begins at the log's end, and must have found it.
    write("probe\n");
    REQUIRE(wait_until([&] {
      if (agent->state().malformed > 0) return true;
      write("probe\n");
      return false;
    }));
  }

  void write(const std::string& text) const { std::ofstream(scratch / "access.log", std::ios::app) << text; }
  void wants(int client, const std::string& path, const std::string& more = "MISS \"-\" \"-\" 20000") {
    write("192.0.2." + std::to_string(client) + " - - [x] \"GET " + path +
          " HTTP/1.1\" 200 1000 \"-\" \"-\" \"h\" 0.100 " + more + "\n");
    ++requests;
    REQUIRE(wait_until([&] { return agent->state().requests == requests; }));
    world.clock.advance(1s);
  }
  void teach() {
    for (int i = 0; i < 40; ++i) {
      for (const auto* path : {"/a", "/b", "/c"}) wants(1 + i % 5, path);
      Foresight::catch_up_all();
      world.clock.advance(1h);
    }
  }

  Scratch scratch;
  TestWorld world;
  std::shared_ptr<FakeFetcher::Book> fetcher = std::make_shared<FakeFetcher::Book>();
  std::unique_ptr<Agent> agent;
  std::uint64_t requests = 0;
};

bool has(const std::vector<std::string>& all, std::string_view one) { return std::ranges::count(all, one) > 0; }

}  // namespace

TEST_CASE("an edge learns from its cache's log and fetches what comes next") {
  Beside edge;
  edge.teach();
  {
    const std::lock_guard guard(edge.fetcher->lock);
    edge.fetcher->jobs.clear();
  }
  edge.world.clock.advance(1h);
  edge.wants(99, "/a");
  Foresight::catch_up_all();
  REQUIRE(wait_until([&] { return has(edge.fetcher->resources(), "http://h/b"); }));
  CHECK_FALSE(has(edge.fetcher->resources(), "http://h/a"));
  edge.wants(99, "/b", "HIT \"-\" \"-\"");
  const auto state = edge.agent->state();
  CHECK(state.books.useful >= 1);
  CHECK(state.hits == 1);
}

TEST_CASE("the plain Markov chain does so, too, and off does nothing") {
  for (const auto model : {Agent::Model::markov1, Agent::Model::off}) {
    Beside edge({.log = {}, .site = {}, .model = model});
    for (int i = 0; i < 10; ++i) {
      edge.wants(1, "/a");
      edge.wants(1, "/b");
      edge.world.clock.advance(1h);
    }
    edge.wants(99, "/a");
    CHECK(has(edge.fetcher->resources(), "http://h/b") == (model == Agent::Model::markov1));
  }
}

TEST_CASE("what was fetched ahead is no access of a client") {
  Beside edge;
  edge.wants(1, "/a");
  edge.write(
      "127.0.0.1 - - [x] \"GET /b HTTP/1.1\" 200 9 \"-\" \"harbinger-edge\" \"h\" 0.1 MISS \"-\" \"prefetch\"\n");
  edge.wants(1, "/c");
  CHECK(edge.agent->state().requests == 2);
  const std::lock_guard guard(edge.fetcher->lock);
  CHECK(edge.fetcher->foreground == std::vector<std::string>{"http://h/a", "http://h/c"});
}

TEST_CASE("a dry run fetches nothing, and says so to who gives jobs") {
  Beside edge({.log = {}, .site = {}, .dry_run = true});
  const auto told = std::make_shared<FakeUplink::Book>();
  edge.agent->attach(std::make_unique<FakeUplink>(told));
  edge.teach();
  const Job job{.id = 7, .resource = "http://h/x"};
  edge.agent->events().jobs(std::span(&job, 1));
  CHECK(edge.fetcher->resources().empty());
  CHECK(edge.agent->state().books.decided > 0);
  const std::lock_guard guard(told->lock);
  REQUIRE(told->done.size() == 1);
  CHECK(told->done[0].outcome == JobDone::Outcome::refused);
  CHECK(told->done[0].id == 7);
}

TEST_CASE("the DNS server hears how the edge is doing, and its jobs are carried out") {
  Beside edge;
  const auto told = std::make_shared<FakeUplink::Book>();
  edge.agent->attach(std::make_unique<FakeUplink>(told));
  edge.teach();
  const Job job{.id = 7, .resource = "http://h/x"};
  edge.agent->events().jobs(std::span(&job, 1));
  CHECK(has(edge.fetcher->resources(), "http://h/x"));
  REQUIRE(wait_until([&] {
    edge.world.clock.advance(2s);  // the next report
    const std::lock_guard guard(told->lock);
    std::uint64_t requests = 0;
    for (const auto& status : told->statuses) requests += status.requests;
    return requests == 120 && !told->lines.empty() && !told->fetched.empty();
  }));
  const std::lock_guard guard(told->lock);
  CHECK(told->done.at(0).outcome == JobDone::Outcome::fetched);
  REQUIRE_FALSE(told->latencies.empty());
  CHECK(told->latencies[0].client == IpAddress::parse("192.0.2.0").value());
  CHECK(told->latencies[0].rtt_ms == Approx(20));
  CHECK(std::ranges::any_of(told->lines, [](const Line& line) { return line.context == "http://h/a"; }));
}

TEST_CASE("what another edge learnt is told to clients here") {
  Beside edge;
  const Line line{"http://h/new", {{"http://h/next", 0.9F}}};
  edge.agent->events().lines(std::span(&line, 1));
  Foresight::catch_up_all();
  // On a thread of its own, as a web server's is, since it becomes one that reads what is published.
  std::vector<LikelyPage> pages;
  std::thread([&] { pages = edge.agent->likely(IpAddress::parse("192.0.2.7").value(), "http://h/new", 8); }).join();
  REQUIRE(pages.size() == 1);
  CHECK(pages[0].url == "http://h/next");
}

TEST_CASE("hints in the DNS server's answers are fetched, names by the page that visitors come to first") {
  const HintingServer dns(
      {{"http://film.hinting.example/1.ts", {}, 0.9F, 1000, 100}, {"shop.hinting.example", {}, 0.8F, 0, 100}});
  Beside edge({.log = {}, .site = {}, .resolver = dns.address()});
  const auto visit = [&](int client, const std::string& host, const std::string& path) {
    edge.write("192.0.2." + std::to_string(client) + " - - [x] \"GET " + path + " HTTP/1.1\" 200 1000 \"-\" \"-\" \"" +
               host + "\" 0.1 MISS\n");
    ++edge.requests;
    REQUIRE(wait_until([&] { return edge.agent->state().requests == edge.requests; }));
  };
  visit(1, "shop.hinting.example", "/welcome");
  visit(1, "shop.hinting.example", "/cart");
  visit(2, "www.hinting.example", "/");
  REQUIRE(wait_until([&] { return has(edge.fetcher->resources(), "http://film.hinting.example/1.ts"); }));
  CHECK(wait_until([&] { return has(edge.fetcher->resources(), "http://shop.hinting.example/welcome"); }));
  CHECK_FALSE(has(edge.fetcher->resources(), "http://shop.hinting.example/cart"));
}
