#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <harbinger/foresight.h>
#include <harbinger/worker.h>

#include "tests/support/drive.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

struct Learner {
  explicit Learner(Foresight::Settings settings = {}) {
    auto made = Foresight::shared(settings, {&world.clock, &world.metrics, world.context.log});
    if (!made) throw std::runtime_error(made.error().to_string());
    foresight = std::move(*made);
  }

  void wants(ClientKey client, std::string_view resource, Outcome outcome = Outcome::served) {
    Access access;
    access.client = client;
    access.resource = resource;
    access.outcome = outcome;
    foresight->accessed(access, resource_hash(resource), world.clock.now(), {});
    world.clock.advance(1s);
  }
  // Some clients go from a to b to c.
  void teach(int sessions) {
    for (int i = 0; i < sessions; ++i) {
      const auto client = static_cast<ClientKey>(1 + i % 5);
      for (const auto* resource : {"a.example", "b.example", "c.example"}) wants(client, resource);
      world.clock.advance(1h);
    }
    foresight->catch_up();
  }
  // The likeliest successor of a resource, as workers read it.
  std::string after(std::string_view resource) const {
    std::array<ServedTable::Successor, 4> found;
    const auto count = foresight->served().find(resource_hash(resource), 0, 0, found);
    return count == 0 ? "" : std::string(found[0].text);
  }

  TestWorld world;
  std::shared_ptr<Foresight> foresight;
};

// Whose calendar somebody sets.
struct JumpingClock final : Clock {
  FakeClock monotonic;
  Duration ahead{0};
  MonotonicTime now() const override { return monotonic.now(); }
  std::chrono::system_clock::time_point calendar() const override {
    return monotonic.calendar() + std::chrono::duration_cast<std::chrono::system_clock::duration>(ahead);
  }
};

// Learns from everybody, however slow the machine is.
Foresight::Settings small() {
  Foresight::Settings settings;
  settings.most_time = 1;
  settings.model.contexts = 10'000;
  return settings;
}

Foresight::Settings with_journal(const std::filesystem::path& directory) {
  auto settings = small();
  settings.journal.emplace();
  settings.journal->directory = directory;
  return settings;
}

}  // namespace

TEST_CASE("foresight learns from accesses and serves what comes next") {
  Learner learner(small());
  CHECK(learner.after("a.example") == "");
  learner.teach(50);
  CHECK(learner.after("a.example") == "b.example");
  CHECK(learner.after("b.example") == "c.example");
  CHECK(learner.foresight->state().accesses == 150);
}

TEST_CASE("what does not exist, fails or comes from nobody in particular is not learnt") {
  Learner learner(small());
  for (int i = 0; i < 50; ++i) {
    learner.wants(1, "a.example");
    learner.wants(1, "missing.example", Outcome::not_found);
    learner.wants(1, "broken.example", Outcome::failed);
    learner.wants(0, "nobody.example");
    learner.wants(1, "b.example", Outcome::from_cache);
  }
  learner.foresight->catch_up();
  CHECK(learner.after("a.example") == "b.example");
  CHECK(learner.after("missing.example") == "");
  CHECK(learner.foresight->state().accesses == 100);
}

TEST_CASE("accesses of one client that come through different workers are learnt in the order of time") {
  Learner learner(small());
  const auto start = learner.world.clock.now();
  for (int i = 0; i < 50; ++i) {
    const auto at = start + i * 1h;
    const auto hand_on = [&](std::size_t worker, const char* resource, Duration after) {
      std::thread([&] {
        const WorkerIdentity identity(worker);
        Access access;
        access.client = 1;
        access.resource = resource;
        learner.foresight->accessed(access, resource_hash(resource), at + after, {});
      }).join();
    };
    // The later one is handed on first, through the ring that is read first.
    hand_on(1, "b.example", 2s);
    hand_on(2, "a.example", 1s);
    learner.world.clock.advance(1h);
    learner.foresight->catch_up();
  }
  CHECK(learner.after("a.example") == "b.example");
}

TEST_CASE("a full ring drops accesses, counts them and says so in a metric") {
  auto settings = small();
  settings.ring = 16;
  Learner learner(settings);
  Access access;
  access.resource = "a.example";
  access.client = 1;
  std::uint64_t refused = 0;
  // The learning thread empties the ring every few milliseconds, so a burst is longer than what it can take in that time.
  for (int i = 0; i < 1'000'000 && refused == 0; ++i) {
    access.client = static_cast<ClientKey>(i + 1);
    refused += !learner.foresight->accessed(access, resource_hash(access.resource), learner.world.clock.now(), {});
  }
  REQUIRE(refused > 0);
  learner.foresight->catch_up();
  CHECK(learner.foresight->state().dropped == refused);
  CHECK(learner.world.metric("harbinger_prefetch_dropped_total") == static_cast<double>(refused));
}

TEST_CASE("a client that floods is learnt from no more than others") {
  Learner learner(small());
  Access access;
  access.resource = "a.example";
  access.client = 1;
  for (int i = 0; i < 3000; ++i)
    learner.foresight->accessed(access, resource_hash(access.resource), learner.world.clock.now(), {});
  learner.foresight->catch_up();
  CHECK(learner.foresight->state().accesses <= 1000);
  CHECK(learner.world.metric("harbinger_prefetch_floods_total") == 2000);
}

TEST_CASE("pressure is what was set, within its bounds") {
  Learner learner(small());
  CHECK(learner.foresight->pressure() == 0);
  learner.foresight->set_pressure(0.5f);
  CHECK(learner.foresight->pressure() == 0.5f);
  learner.foresight->set_pressure(7);
  CHECK(learner.foresight->pressure() == 1);
}

TEST_CASE("why tells the client's latest resources, and terms that speak for what it wants next") {
  Learner learner(small());
  learner.teach(50);
  learner.wants(9, "a.example");
  const auto why = learner.foresight->why(9, "b.example", 5s);
  REQUIRE(why);
  CHECK(why->explanation.recent == std::vector<std::string>{"a.example"});
  CHECK_FALSE(why->explanation.terms.empty());
  REQUIRE_FALSE(why->likeliest.empty());
  CHECK(why->likeliest.front().first == "b.example");
  CHECK(why->likeliest.front().second.next > 0.5f);
}

TEST_CASE("what foresight has learnt survives a restart") {
  const Scratch scratch;
  {
    Learner learner(with_journal(scratch / "journal"));
    learner.teach(50);
  }
  Learner again(with_journal(scratch / "journal"));
  again.foresight->catch_up();
  CHECK(again.after("a.example") == "b.example");
  CHECK(again.foresight->state().loading == false);
}

TEST_CASE("a snapshot that was damaged is told and done without: the journal has it all") {
  const Scratch scratch;
  {
    Learner learner(with_journal(scratch / "journal"));
    learner.teach(50);
  }
  int snapshots = 0;
  for (const auto& each : std::filesystem::directory_iterator(scratch / "journal")) {
    if (each.path().extension() != ".snapshot") continue;
    ++snapshots;
    std::fstream file(each.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(each.path()) / 2));
    file.put('\x55').put('\x55').put('\x55').put('\x55');
  }
  REQUIRE(snapshots == 1);
  Learner again(with_journal(scratch / "journal"));
  again.foresight->catch_up();
  CHECK(again.after("a.example") == "b.example");
  CHECK_THAT(again.world.log.text(), Catch::Contains("cannot use") && Catch::Contains(".snapshot"));
}

TEST_CASE("after kill -9 everything but the last second is there again") {
  const Scratch scratch;
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Learner learner(with_journal(scratch / "journal"));
    learner.teach(50);  // whose clock moves by hours, so that the journal is written
    learner.wants(1, "last.example");
    learner.foresight->catch_up();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  Learner again(with_journal(scratch / "journal"));
  again.foresight->catch_up();
  CHECK(again.after("a.example") == "b.example");
  CHECK(again.after("b.example") == "c.example");
}

TEST_CASE("snapshots are written while it runs, and two are kept") {
  const Scratch scratch;
  auto settings = with_journal(scratch / "journal");
  Learner learner(settings);
  for (int i = 0; i < 5; ++i) {
    learner.teach(1);
    learner.world.clock.advance(1h);
    learner.foresight->catch_up();
  }
  const auto snapshots = [&] {
    int count = 0;
    for (const auto& each : std::filesystem::directory_iterator(scratch / "journal"))
      count += each.path().extension() == ".snapshot";
    return count;
  };
  CHECK(snapshots() == 2);
}

TEST_CASE("those who name the same journal share one learner, and a second process is refused") {
  const Scratch scratch;
  TestWorld world;
  const auto settings = with_journal(scratch / "journal");
  const auto first = Foresight::shared(settings, {&world.clock, &world.metrics, world.context.log});
  REQUIRE(first);
  auto other = settings;
  other.model.contexts = 20'000;
  const auto second = Foresight::shared(other, {&world.clock, &world.metrics, world.context.log});
  REQUIRE(second);
  CHECK(*first == *second);
  CHECK_THAT(world.log.text(), Catch::Contains("changes at the next start"));
}

TEST_CASE("learning goes on in memory when the disk is full, and says so") {
  const Scratch scratch;
  Learner learner(with_journal(scratch / "journal"));
  learner.teach(5);
  std::filesystem::remove_all(scratch / "journal");
  std::ofstream(scratch / "journal") << "no folder any more";
  learner.teach(50);
  learner.world.clock.advance(1h);
  learner.teach(1);
  CHECK(learner.after("a.example") == "b.example");
  CHECK_FALSE(learner.foresight->notes().empty());
}

TEST_CASE("a clock that jumps neither stops learning nor loses the past") {
  const Scratch scratch;
  TestWorld world;
  JumpingClock clock;
  const auto made = Foresight::shared(with_journal(scratch / "journal"), {&clock, &world.metrics, world.context.log});
  REQUIRE(made);
  auto& foresight = **made;
  const auto teach = [&] {
    for (int i = 0; i < 100; ++i) {
      Access access;
      access.client = 1;
      access.resource = i % 2 ? "b.example" : "a.example";
      foresight.accessed(access, resource_hash(access.resource), clock.now(), {});
      clock.monotonic.advance(i % 2 ? Duration(1h) : Duration(1s));
    }
    foresight.catch_up();
  };
  teach();
  for (const Duration jump : {Duration(-24h * 400), Duration(24h * 4000), Duration(-24h * 4000)}) {
    clock.ahead += jump;
    teach();
    std::array<ServedTable::Successor, 4> found;
    REQUIRE(foresight.served().find(resource_hash("a.example"), 0, 0, found) > 0);
    CHECK(found[0].text == "b.example");
  }
  CHECK(foresight.state().accesses == 400);
}

TEST_CASE("the model is judged beside a Markov chain on the live stream") {
  Learner learner(small());
  for (int i = 0; i < 2000; ++i)
    learner.wants(1, std::vector{"a.example", "b.example", "c.example"}[static_cast<std::size_t>(i % 3)]);
  learner.foresight->catch_up();
  const auto state = learner.foresight->state();
  CHECK(state.judged > 0);
  CHECK(state.model_rate > 0.9);
  CHECK(state.markov_rate > 0.9);
  CHECK_FALSE(state.below_markov);
}

TEST_CASE("who listens hears at once what a client is expected to want") {
  Learner learner(small());
  learner.teach(50);
  std::vector<std::string> heard;
  auto listening = learner.foresight->listen([&](const Foresight::Expectation& expected) {
    REQUIRE_FALSE(expected.likely.empty());
    heard.push_back(std::string(expected.access->resource) + " -> " + std::string(expected.likely[0].resource));
    CHECK(expected.likely[0].next > 0.5);
    CHECK(expected.likely[0].soon >= expected.likely[0].next);
  });
  learner.wants(9, "a.example");
  learner.wants(9, "b.example");
  learner.foresight->catch_up();
  CHECK(heard == std::vector<std::string>{"a.example -> b.example", "b.example -> c.example"});
  listening.reset();
  learner.wants(9, "a.example");
  learner.foresight->catch_up();
  CHECK(heard.size() == 2);
}

TEST_CASE("who listens hears of the fragments ahead") {
  Scratch scratch;
  auto settings = small();
  settings.manifests = {
      scratch.write("film.json", R"({"template": "http://cdn.example/film/{n}.ts", "first": 1, "last": 9})")};
  Learner learner(settings);
  const auto watch = [&](ClientKey client, int to) {
    for (int i = 1; i <= to; ++i) learner.wants(client, "http://cdn.example/film/" + std::to_string(i) + ".ts");
  };
  for (ClientKey client = 1; client <= 20; ++client) watch(client, 9);
  learner.foresight->catch_up();
  std::vector<std::string> ahead;
  const auto listening = learner.foresight->listen([&](const Foresight::Expectation& expected) {
    ahead.clear();
    for (const auto& part : expected.likely) ahead.emplace_back(part.resource);
  });
  watch(77, 3);
  learner.foresight->catch_up();
  for (const int segment : {4, 5, 6})
    CHECK(std::ranges::count(ahead, "http://cdn.example/film/" + std::to_string(segment) + ".ts") == 1);
}

TEST_CASE("who listens to all hears learners that begin later") {
  std::size_t heard = 0;
  auto listening = Foresight::listen_to_all([&](const Foresight::Expectation&) { ++heard; });
  Learner learner(small());
  learner.teach(50);
  const auto before = heard;
  CHECK(before > 0);
  listening.reset();
  learner.wants(9, "a.example");
  learner.foresight->catch_up();
  CHECK(heard == before);
}
