#include <harbinger/reporter.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "persona/event_endpoint.h"
#include "persona/event_sink.h"
#include "persona/http_report.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kLong = 20s;

BehaviourEvent click(std::string_view resource, ClientKey client = 7) {
  BehaviourEvent event;
  event.client = client;
  event.resource = resource;
  event.action = Action::click;
  return event;
}

// A transport that keeps what it was given, and answers at once, or when it is told to.
struct Transport {
  Reporter::Transport get() {
    return [this](std::span<const BehaviourEvent> events, PersonaEngine::Reported done) {
      std::unique_lock lock(mutex);
      for (const auto& event : events) resources.emplace_back(event.resource);
      batches.push_back(events.size());
      changed.notify_all();
      changed.wait(lock, [this] { return !closed; });
      if (answers) done(receipt(events.size()));
    };
  }
  void wait_for_batch() {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, kLong, [this] { return !batches.empty(); }));
  }
  void open() {
    const std::lock_guard lock(mutex);
    closed = false;
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false, answers = true;
  std::function<Result<PersonaEngine::Receipt>(std::size_t)> receipt = [](std::size_t events) {
    return PersonaEngine::Receipt{.taken = events};
  };
  std::vector<std::string> resources;
  std::vector<std::size_t> batches;
};

}  // namespace

TEST_CASE("a reporter sends what it was told in batches and in order") {
  Transport transport;
  Reporter reporter(transport.get(), {.batch = 10, .every = 1h});
  for (int i = 0; i < 25; ++i) CHECK(reporter.report(click("https://a.example/" + std::to_string(i))));
  REQUIRE(reporter.flush(kLong));
  REQUIRE(transport.resources.size() == 25);
  for (int i = 0; i < 25; ++i)
    CHECK(transport.resources[static_cast<std::size_t>(i)] == "https://a.example/" + std::to_string(i));
  for (const auto size : transport.batches) CHECK(size <= 10);
  const auto counts = reporter.counts();
  CHECK((counts.told == 25 && counts.sent == 25 && counts.taken == 25));
}

TEST_CASE("a reporter that is full refuses at once and counts") {
  Transport transport;
  transport.closed = true;
  Reporter reporter(transport.get(), {.queue = 16, .batch = 4, .every = 1ms});
  reporter.report(click("a.example"));
  transport.wait_for_batch();
  int taken = 0;
  for (int i = 0; i < 100; ++i) taken += reporter.report(click("a.example"));
  CHECK(taken == 16);
  CHECK(reporter.counts().overflowed == 84);
  CHECK_FALSE(reporter.flush(0ms));
  transport.open();
  CHECK(reporter.flush(kLong));
  CHECK(reporter.counts().taken == 17);
}

TEST_CASE("a reporter refuses what is not usable") {
  Transport transport;
  Reporter reporter(transport.get());
  CHECK_FALSE(reporter.report(click("")));
  CHECK_FALSE(reporter.report(click("a.example", 0)));
  CHECK_FALSE(reporter.report(click(std::string(256, 'x'))));
  CHECK(reporter.report(click(std::string(255, 'x'))));
  REQUIRE(reporter.flush(kLong));
  CHECK(reporter.counts().rejected == 3);
  CHECK(transport.resources == std::vector{std::string(255, 'x')});
}

TEST_CASE("what the engine refuses and sheds, and what is lost on the way, is counted apart") {
  Transport transport;
  transport.receipt = [](std::size_t) { return PersonaEngine::Receipt{1, 1, 1}; };
  Reporter reporter(transport.get(), {.every = 1h});
  for (int i = 0; i < 3; ++i) reporter.report(click("a.example"));
  REQUIRE(reporter.flush(kLong));
  transport.receipt = [](std::size_t) { return fail(ErrorCode::unreachable, "gone"); };
  reporter.report(click("a.example"));
  REQUIRE(reporter.flush(kLong));
  const auto counts = reporter.counts();
  CHECK((counts.taken == 1 && counts.refused == 1 && counts.shed == 1 && counts.lost == 1));
}

TEST_CASE("a transport that never answers costs its batch, and one that answers too late nothing more") {
  Transport transport;
  transport.answers = false;
  PersonaEngine::Reported late;
  {
    Reporter reporter(
        [&](std::span<const BehaviourEvent> events, PersonaEngine::Reported done) {
          if (!late) late = done;
          transport.get()(events, done);
        },
        {.every = 1h, .patience = 1ms, .goodbye = 0ms});
    reporter.report(click("a.example"));
    REQUIRE(reporter.flush(kLong));
    CHECK(reporter.counts().lost == 1);
    late(PersonaEngine::Receipt{.taken = 1});
    CHECK(reporter.counts().taken == 0);
  }
  late(PersonaEngine::Receipt{.taken = 1});  // the reporter is gone
}

TEST_CASE("a reporter that ends sends what waits, but not for ever") {
  Transport transport;
  {
    Reporter reporter(transport.get(), {.every = 1h});
    reporter.report(click("a.example"));
  }
  CHECK(transport.resources.size() == 1);
  transport.answers = false;
  const auto begin = std::chrono::steady_clock::now();
  {
    Reporter reporter(transport.get(), {.every = 1h, .patience = 1h, .goodbye = 1ms});
    reporter.report(click("a.example"));
  }
  CHECK(std::chrono::steady_clock::now() - begin < kLong);
}

TEST_CASE("many threads report at once and nothing is lost, doubled or mixed up") {
  Transport transport;
  Reporter reporter(transport.get(), {.queue = 1 << 15, .batch = 100, .every = 1ms});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 2000; ++i)
        reporter.report(click("t" + std::to_string(thread) + "." + std::to_string(10'000 + i)));
    });
  for (auto& thread : threads) thread.join();
  REQUIRE(reporter.flush(kLong));
  REQUIRE(transport.resources.size() == 8000);
  // Each thread's events are in its order.
  std::vector<std::string> sorted = transport.resources;
  std::ranges::stable_sort(transport.resources, {}, [](const std::string& text) { return text.substr(0, 2); });
  std::ranges::sort(sorted);
  CHECK(transport.resources == sorted);
  CHECK(std::ranges::adjacent_find(sorted) == sorted.end());
}

TEST_CASE("a reporter posts to the endpoint for events, keys and all") {
  const Scratch scratch;
  ClientKeys keys{std::array<std::uint8_t, 32>{}};
  Metrics metrics;
  std::mutex mutex;
  std::vector<std::pair<BehaviourEvent, std::string>> got;
  persona::EventEndpointSettings settings{.tokens = scratch.write("tokens", "0123456789abcdef\n")};
  const auto endpoint =
      persona::EventEndpoint::make(settings, {&keys, &system_clock(), &metrics,
                                              [&](auto events) {
                                                const std::lock_guard lock(mutex);
                                                for (const auto& event : events)
                                                  got.emplace_back(event, std::string(event.resource));
                                                return PersonaEngine::Receipt{.taken = events.size()};
                                              }})
          .value();
  const auto server = HttpServer::listen(SocketAddress::parse("127.0.0.1:0").value()).value();
  const auto routes = persona::serve_events(*server, endpoint, settings);
  const auto url = "http://" + server->address().to_string() + "/v1/events";

  Reporter reporter(report_to({.url = url, .token = "0123456789abcdef"}).value(), {.batch = 1000, .every = 1h});
  const auto told = "https://a.example/" + std::string(200, 'p');
  auto event = click(told, 0xfedcba9876543210);
  event.device = DeviceClass::tablet;
  event.outcome = Outcome::failed;
  event.dwell_s = 2.5F;
  event.at =
      1000 +
      std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().calendar().time_since_epoch()).count();
  for (int i = 0; i < 500; ++i) reporter.report(event);
  REQUIRE(reporter.flush(kLong));
  CHECK(reporter.counts().taken == 500);
  REQUIRE(got.size() == 500);
  const auto& [kept, resource] = got.back();
  CHECK((kept.client == event.client && kept.device == event.device && kept.outcome == event.outcome));
  CHECK((kept.dwell_s == event.dwell_s && kept.action == event.action && resource == event.resource));

  Reporter stranger(report_to({.url = url}).value(), {.every = 1h});
  stranger.report(event);
  REQUIRE(stranger.flush(kLong));
  CHECK(stranger.counts().lost == 1);
}

TEST_CASE("an endpoint that is not there costs its batch; a URL that is none is an error") {
  Reporter reporter(report_to({.url = "http://127.0.0.1:1/v1/events"}).value(), {.every = 1h});
  reporter.report(click("a.example"));
  REQUIRE(reporter.flush(kLong));
  CHECK(reporter.counts().lost == 1);
  for (const auto* url : {"", "https://a/", "http://", "http://:1/", "http://a", "http://a:b/"})
    CHECK(report_to(HttpReport{.url = url, .token = {}}).error().code == ErrorCode::malformed);
}

TEST_CASE("answers of what is no endpoint are no receipts") {
  using persona::read_receipt;
  CHECK(read_receipt(202, R"({"taken":1,"rejected":1,"shed":0})", 2)->taken == 1);
  CHECK(read_receipt(429, "", 5)->shed == 5);
  CHECK(read_receipt(200, "{}", 1).error().code == ErrorCode::denied);
  CHECK(read_receipt(202, "<html>", 1).error().code == ErrorCode::malformed);
  CHECK(read_receipt(202, R"({"taken":7,"rejected":-1})", 2).error().code == ErrorCode::malformed);
  CHECK_THAT(read_receipt(403, R"({"error":"pages of this origin"})", 1).error().message,
             Catch::Contains("403: pages of"));
}

namespace {

// An engine that answers when it is told to.
class LateEngine final : public PersonaEngine {
 public:
  void assign(std::span<const PersonaAsk>, Assigned done) override { done(fail(ErrorCode::unsupported, "")); }
  void report(std::span<const BehaviourEvent>, Reported done) override { waiting.push_back(std::move(done)); }
  std::shared_ptr<void> watch(Watcher) override { return {}; }
  void explain(ClientKey, Explained done) override { done(fail(ErrorCode::unsupported, "")); }
  State state() const override { return {}; }
  std::vector<Reported> waiting;
};

}  // namespace

TEST_CASE("an engine that is slow gets so much and no more, and one in trouble a batch at a time") {
  LateEngine engine;
  const auto sink = persona::sink_of(engine, 5);
  const std::vector events(3, click("a.example"));
  CHECK(sink(events).taken == 3);
  CHECK(sink(events).shed == 3);
  engine.waiting[0](PersonaEngine::Receipt{.shed = 3});
  CHECK(sink(events).taken == 3);
  CHECK(sink({events.data(), 1}).shed == 1);
  engine.waiting[1](PersonaEngine::Receipt{.taken = 3});
  CHECK(sink(events).taken == 3);
  CHECK(sink({events.data(), 1}).taken == 1);
}
