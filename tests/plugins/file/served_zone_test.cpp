#include "plugins/file/served_zone.h"

#include "tests/plugins/file/zone_talk.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::file;

namespace {

const std::string kHead = "$TTL 60\n@ SOA ns a 5 2 3 4 60\n@ NS ns\nns A 192.0.2.53\n";

struct Serving {
  test::Scratch scratch;
  test::TestWorld world;
  ServedZone zone{kOrigin, scratch / "db"};

  explicit Serving(const std::string& text) {
    scratch.write("db", text);
    REQUIRE(zone.start(world.context));
  }
  std::string www() { return answer_to(zone.current(), "www.example.org A"); }
  double reloads(const char* result) { return world.metric("harbinger_file_reloads_total", {{"result", result}}); }
};

const std::string kOne = answer_of("www.example.org. 60 IN A 192.0.2.1\n");
const std::string kTwo = answer_of("www.example.org. 60 IN A 192.0.2.22\n");

}  // namespace

TEST_CASE("an unchanged file is not read again") {
  Serving serving(kHead + "www A 192.0.2.1\n");
  CHECK_FALSE(serving.zone.reload_if_changed());
  CHECK(serving.reloads("success") == 0);
}

TEST_CASE("a changed file becomes the zone") {
  Serving serving(kHead + "www A 192.0.2.1\n");
  CHECK(serving.www() == kOne);
  serving.scratch.write("db", kHead + "www A 192.0.2.22\n");
  CHECK(serving.zone.reload_if_changed());
  CHECK(serving.www() == kTwo);
  CHECK(serving.reloads("success") == 1);
  CHECK_THAT(serving.world.log.text(), Catch::Contains("zone example.org.: serial 5, 4 records from "));
}

TEST_CASE("a bad new file keeps the zone, says why, and is not read again until it changes") {
  Serving serving(kHead + "www A 192.0.2.1\n");
  serving.scratch.write("db", kHead + "www A 192.0.2.256\n");
  CHECK_FALSE(serving.zone.reload_if_changed());
  CHECK(serving.www() == kOne);
  CHECK(serving.reloads("failure") == 1);
  CHECK_THAT(serving.world.log.text(), Catch::Contains("db:5:7: A record: "));
  CHECK_THAT(serving.world.log.text(), Catch::Contains("zone example.org.: 1 errors, so what was loaded before stays"));

  CHECK_FALSE(serving.zone.reload_if_changed());
  CHECK(serving.reloads("failure") == 1);
  serving.scratch.write("db", kHead + "www A 192.0.2.22\n");
  CHECK(serving.zone.reload_if_changed());
  CHECK(serving.www() == kTwo);
}

TEST_CASE("a file that vanished keeps the zone, and is taken when it is back") {
  Serving serving(kHead + "www A 192.0.2.1\n");
  std::filesystem::remove(serving.scratch / "db");
  CHECK_FALSE(serving.zone.reload_if_changed());
  CHECK(serving.www() == kOne);
  CHECK_FALSE(serving.zone.reload_if_changed());
  CHECK(serving.reloads("failure") == 1);
  serving.scratch.write("db", kHead + "www A 192.0.2.22\n");
  CHECK(serving.zone.reload_if_changed());
  CHECK(serving.www() == kTwo);
}

TEST_CASE("an included file is watched too") {
  Serving serving(kHead + "www A 192.0.2.1\n");
  serving.scratch.write("db", kHead + "$INCLUDE part\n");
  CHECK_FALSE(serving.zone.reload_if_changed());  // the part is missing still
  serving.scratch.write("part", "www A 192.0.2.22\n");
  CHECK(serving.zone.reload_if_changed());
  CHECK(serving.www() == kTwo);
  serving.scratch.write("part", "www A 192.0.2.1\n;\n");
  CHECK(serving.zone.reload_if_changed());
  CHECK(serving.www() == kOne);
}

TEST_CASE("a file replaced by one of the same size is noticed") {
  Serving serving(kHead + "www A 192.0.2.11\n");
  const auto fresh = serving.scratch.write("new", kHead + "www A 192.0.2.22\n");
  std::filesystem::last_write_time(fresh, std::filesystem::last_write_time(serving.scratch / "db"));
  std::filesystem::rename(fresh, serving.scratch / "db");
  CHECK(serving.zone.reload_if_changed());
  CHECK(serving.www() == kTwo);
}
