#include <catch2/catch.hpp>

#include <tests/support/persona_bench.h>
#include <tests/support/scratch.h>

#include "persona/sharing.h"

using namespace harbinger;
using namespace std::chrono_literals;
using test::EngineBench;

namespace {

// An engine that others may hear.
struct Sharing : EngineBench {
  Sharing() { shared = std::make_shared<test::SharedMemory>(); }
  std::uint64_t published() {
    engine->catch_up();
    const std::lock_guard guard(shared->mutex);
    return shared->tables["clusters"].first;
  }
  std::uint64_t now() const { return static_cast<std::uint64_t>(clock.millis()); }
  /// Another engine's clusters, with the first persona named so.
  void hear(const std::string& name, std::uint64_t version) {
    test::PlainClusters clusters;
    REQUIRE(clusters.rename("viewer", name));
    test::PlainShare(shared).publish_table("clusters", version, clusters.save());
    engine->catch_up();
  }
};

}  // namespace

TEST_CASE("a change of the clusters soon after another one is shared when its time comes") {
  Sharing bench;
  bench.start();
  *bench.changes = 1;
  const auto first = bench.published();
  CHECK(first == bench.now());
  bench.clock.advance(2s);
  *bench.changes = 1;
  CHECK(bench.published() == first);
  bench.clock.advance(8s);
  CHECK(bench.published() == bench.now());
  bench.clock.advance(20s);
  CHECK(bench.published() == first + 10'000);  // nothing new
}

TEST_CASE("what an operator changes is shared at once, and other engines take it over") {
  Sharing bench;
  bench.start();
  EngineBench other;
  other.shared = bench.shared;
  other.start();
  *bench.changes = 1;
  const auto first = bench.published();
  REQUIRE(bench.engine->rename("viewer", "cinema"));
  CHECK(bench.published() > first);
  other.engine->catch_up();
  CHECK(other.engine->list().at(0).name == "cinema");
  // And newer than what an engine with a clock ahead has published.
  bench.hear("theatre", bench.now() + 5000);
  REQUIRE(bench.engine->rename("theatre", "opera"));
  CHECK(bench.published() == bench.now() + 5001);
}

TEST_CASE("clusters from before a restart are not replaced by older ones of another engine") {
  test::Scratch scratch;
  {
    Sharing bench;
    bench.settings.state = scratch / "state";
    bench.start();
    bench.hear("theatre", bench.now());
  }
  Sharing bench;
  bench.settings.state = scratch / "state";
  bench.start();
  bench.hear("cinema", bench.now() - 1);
  CHECK(bench.engine->list().at(0).name == "theatre");
  bench.hear("opera", bench.now() + 1);
  CHECK(bench.engine->list().at(0).name == "opera");
}

TEST_CASE("a table that finds the mailbox full is not lost, and the newest one counts") {
  auto memory = std::make_shared<test::SharedMemory>();
  auto mailbox = std::make_shared<persona::Mailbox>(1);
  persona::Sharing sharing(std::make_unique<test::PlainShare>(memory), mailbox);
  std::vector<std::uint64_t> heard;
  sharing.watch({.assigned = [](const PersonaAssignment&) {},
                 .table = [&](const std::string&, std::uint64_t version,
                              const std::vector<std::uint8_t>&) { heard.push_back(version); }});
  REQUIRE(mailbox->post([] {}));
  REQUIRE_FALSE(mailbox->post([] {}));
  test::PlainShare other(memory);
  const auto work_off = [&] {
    std::vector<persona::Mailbox::Work> works;
    mailbox->take(works);
    for (const auto& work : works) work();
    return works.size();
  };
  for (std::uint64_t version = 1; version <= 3; ++version) other.publish_table("clusters", version, {});
  CHECK(work_off() == 2);
  CHECK(heard == std::vector<std::uint64_t>{3});
  other.publish_table("clusters", 4, {});
  work_off();
  CHECK(heard == std::vector<std::uint64_t>{3, 4});
}
