#include <chrono>
#include <condition_variable>

#include <harbinger/records.h>

#include "tests/support/drive.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

std::string zone_text(std::string_view address) {
  return "$TTL 60\n@ SOA ns a 5 2 3 4 60\n@ NS ns\nns A 192.0.2.53\nwww A " + std::string(address) + "\n";
}

// A world whose plugin lives in a folder of its own, and where a test can wait for the plugin's thread.
struct FileWorld : Answers {
  Scratch scratch;
  TestWorld world;
  std::mutex mutex;
  std::condition_variable condition;
  int changes = 0;

  FileWorld() {
    world.context.directory = scratch.path();
    world.context.zones = {*Name::parse("example.org.")};
    world.context.answers = this;
  }
  void changed(const Name&) override {}
  void changed_all() override {
    const std::lock_guard lock(mutex);
    ++changes;
    condition.notify_all();
  }
  bool changed_times(int times) {
    std::unique_lock lock(mutex);
    return condition.wait_for(lock, std::chrono::seconds(20), [&] { return changes >= times; });
  }
  std::unique_ptr<Plugin> started(std::string_view directive) {
    auto plugin = make_plugin(directive);
    const auto result = plugin->start(world.context);
    if (!result) throw std::runtime_error(result.error().to_string());
    return plugin;
  }
  std::string error_of(std::string_view directive) {
    const auto result = make_plugin(directive)->start(world.context);
    return result ? "" : result.error().to_string();
  }
};

struct Behind final : Plugin {
  Task<Reply> serve(const Query& query, Next) override {
    Reply reply = Reply::to(query);
    reply.add_answer(a(query.name(), std::chrono::seconds(1), *IpAddress::parse("203.0.113.1")));
    co_return reply;
  }
};

}  // namespace

TEST_CASE("file serves the zone of its block from a file beside the Harbingerfile") {
  FileWorld world;
  world.scratch.write("db", zone_text("192.0.2.1"));
  const auto plugin = world.started("file db");
  const auto reply = ask(*plugin, question("www.example.org. A"));
  CHECK(reply.authoritative());
  CHECK(text_of(reply) == "www.example.org. 60 IN A 192.0.2.1\n");
  CHECK(world.world.metric("harbinger_file_zone_names", {{"zone", "example.org."}}) == 3);
  CHECK(world.world.metric("harbinger_file_zone_records", {{"zone", "example.org."}}) == 4);
  CHECK(world.world.metric("harbinger_file_zone_serial", {{"zone", "example.org."}}) == 5);
}

TEST_CASE("file hands names outside of its zones and other classes on") {
  FileWorld world;
  world.scratch.write("db", zone_text("192.0.2.1"));
  world.world.context.zones = {Name()};
  const auto plugin = world.started("file db example.org example.net");
  CHECK(text_of(ask(*plugin, question("www.example.net. A"))) == "www.example.net. 60 IN A 192.0.2.1\n");
  CHECK_FALSE(ask(*plugin, question("www.example.com. A")).answered());
  Behind behind;
  CHECK(text_of(ask(*plugin, question("www.example.com. A"), {&behind})) == "www.example.com. 1 IN A 203.0.113.1\n");
}

TEST_CASE("file refuses zone transfers") {
  FileWorld world;
  world.scratch.write("db", zone_text("192.0.2.1"));
  const auto plugin = world.started("file db");
  CHECK(ask(*plugin, question("example.org. AXFR")).rcode() == Rcode::REFUSED);
  CHECK(ask(*plugin, question("example.org. IXFR")).rcode() == Rcode::REFUSED);
}

TEST_CASE("with fallthrough the next plugin answers for names that are not in the zone, and only for those") {
  FileWorld world;
  world.scratch.write("db", zone_text("192.0.2.1"));
  Behind behind;
  const auto plugin = world.started("file db {\n fallthrough\n}");
  CHECK(text_of(ask(*plugin, question("nope.example.org. A"), {&behind})) == "nope.example.org. 1 IN A 203.0.113.1\n");
  CHECK(ask(*plugin, question("www.example.org. MX"), {&behind}).answers().empty());
  CHECK(ask(*plugin, question("nope.example.org. A")).rcode() == Rcode::NXDOMAIN);
  const auto without = world.started("file db");
  CHECK(ask(*without, question("nope.example.org. A"), {&behind}).rcode() == Rcode::NXDOMAIN);
}

TEST_CASE("of zones in each other the longest answers, and a DS comes from the one above") {
  FileWorld world;
  world.scratch.write("db", zone_text("192.0.2.1"));
  const auto plugin = world.started("file db example.org sub.example.org");
  CHECK(text_of(ask(*plugin, question("www.sub.example.org. A"))) == "www.sub.example.org. 60 IN A 192.0.2.1\n");
  CHECK(ask(*plugin, question("sub.example.org. DS")).rcode() == Rcode::NXDOMAIN);
  CHECK(ask(*plugin, question("example.org. DS")).rcode() == Rcode::NOERROR);
}

TEST_CASE("a wrong zone file keeps file from starting and tells every mistake with its place") {
  FileWorld world;
  const std::string db = world.scratch.write("db", "@ 1 FOO x\nwww 1 A 1.2.3.4\nfar.away. 1 A 1.2.3.4\n").string();
  CHECK(world.error_of("file db") ==
        db + ":1:5: unknown type 'FOO'; others can be written as TYPE and a number (RFC 3597)\n" + db +
            ":3:1: far.away. is outside of the zone example.org.\n" + db +
            ": zone example.org. has no SOA record at its own name");
  CHECK_THAT(world.error_of("file nowhere"),
             Catch::Contains("nowhere: cannot open zone file: No such file or directory"));
}

TEST_CASE("zones must lie in those of the block, and stand there once") {
  FileWorld world;
  world.scratch.write("db", zone_text("192.0.2.1"));
  CHECK(world.error_of("file db example.net") == "zone example.net. is not within the zones of its server block");
  CHECK(world.error_of("file db example.org EXAMPLE.org") == "zone EXAMPLE.org. stands here twice");
}

TEST_CASE("file's options are checked") {
  CHECK_THAT(errors_of("file"), Catch::Contains("DBFILE"));
  CHECK_THAT(errors_of("file db {\n reload sometimes\n}"), Catch::Contains("a duration such as 30s, or off"));
  CHECK(errors_of("file db {\n reload off\n}") == "");
}

TEST_CASE("checking a configuration reads the zone and starts nothing") {
  FileWorld world;
  world.scratch.write("db", zone_text("192.0.2.1"));
  world.world.context.checking = true;
  CHECK(world.error_of("file db") == "");
  CHECK(world.world.metrics.collect().empty());
  CHECK(world.error_of("file other") != "");
}

TEST_CASE("a changed file is served and kept answers are dropped when the operator asks for a reload") {
  FileWorld world;
  world.scratch.write("db", zone_text("192.0.2.1"));
  const auto plugin = world.started("file db {\n reload off\n}");
  world.scratch.write("db", zone_text("192.0.2.111"));
  CHECK(text_of(ask(*plugin, question("www.example.org. A"))) == "www.example.org. 60 IN A 192.0.2.1\n");
  plugin->refresh();
  REQUIRE(world.changed_times(1));
  CHECK(text_of(ask(*plugin, question("www.example.org. A"))) == "www.example.org. 60 IN A 192.0.2.111\n");
  CHECK(world.world.metric("harbinger_file_reloads_total", {{"result", "success"}}) == 1);
}

TEST_CASE("a changed file is noticed without being asked") {
  FileWorld world;
  world.scratch.write("db", zone_text("192.0.2.1"));
  const auto plugin = world.started("file db {\n reload 1ms\n}");
  world.scratch.write("db", zone_text("192.0.2.111"));
  REQUIRE(world.changed_times(1));
  CHECK(text_of(ask(*plugin, question("www.example.org. A"))) == "www.example.org. 60 IN A 192.0.2.111\n");
}
