#include "tests/support/drive.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

const std::vector<std::uint8_t> kAnswered{0, 7, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0};
const std::vector<std::uint8_t> kRefused{0, 7, 0x80, 5, 0, 1, 0, 0, 0, 0, 0, 0};

}  // namespace

TEST_CASE("log writes every line before it stops") {
  const Scratch scratch;
  TestWorld world;
  world.context.directory = scratch.path();
  const auto log = make_plugin("log {\n format \"{name}\"\n output queries.log\n}");
  REQUIRE(log->start(world.context));
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const auto name = "n" + std::to_string(i) + ".";
    log->observe(question(name + " A"), {.wire = kAnswered});
    expected += name + "\n";
  }
  log->stop();
  CHECK(read_text(scratch / "queries.log") == expected);
}

TEST_CASE("log keeps to its zones and classes") {
  const Scratch scratch;
  TestWorld world;
  world.context.directory = scratch.path();
  const auto log = make_plugin("log example.org {\n format {name}\n class error denial\n output queries.log\n}");
  REQUIRE(log->start(world.context));
  log->observe(question("a.example.org. A"), {.wire = kAnswered});
  log->observe(question("b.example.org. A"), {.wire = kRefused, .rcode = Rcode::REFUSED});
  log->observe(question("c.example.net. A"), {.wire = kRefused, .rcode = Rcode::REFUSED});
  log->stop();
  CHECK(read_text(scratch / "queries.log") == "b.example.org.\n");
}

TEST_CASE("log opens its file again after it was moved away") {
  const Scratch scratch;
  TestWorld world;
  world.context.directory = scratch.path();
  const auto log = make_plugin("log {\n format {name}\n output queries.log\n}");
  REQUIRE(log->start(world.context));
  log->observe(question("before. A"), {.wire = kAnswered});
  REQUIRE(wait_until([&] { return !read_text(scratch / "queries.log").empty(); }));
  std::filesystem::rename(scratch / "queries.log", scratch / "queries.old");
  log->refresh();
  REQUIRE(wait_until([&] { return std::filesystem::exists(scratch / "queries.log"); }));
  log->observe(question("after. A"), {.wire = kAnswered});
  log->stop();
  CHECK(read_text(scratch / "queries.old") == "before.\n");
  CHECK(read_text(scratch / "queries.log") == "after.\n");
}

TEST_CASE("log counts what it cannot keep up with") {
  TestWorld world;
  const auto log = make_plugin("log {\n format {name}\n output /dev/full\n}");
  REQUIRE(log->start(world.context));
  log->observe(question("a. A"), {.wire = kAnswered});
  log->observe(question("b. A"), {.wire = kAnswered});
  log->stop();
  CHECK(world.metric("harbinger_log_dropped_total") == 2);
  CHECK_THAT(world.log.text(), Catch::Contains("/dev/full") && Catch::Contains("lines are lost"));
}

TEST_CASE("log refuses to start with a file that it cannot write") {
  TestWorld world;
  const auto log = make_plugin("log {\n output /nowhere/queries.log\n}");
  const auto started = log->start(world.context);
  REQUIRE_FALSE(started);
  CHECK(started.error().position.file == "/nowhere/queries.log");
}
