#include "tests/support/drive.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;

TEST_CASE("reload asks the server once for each change") {
  const Scratch scratch;
  TestWorld world;
  std::atomic<int> reloads = 0;
  world.context.sources = {scratch.write("Harbingerfile", ". { whoami }")};
  world.context.ask_server = [&](std::string_view wish) {
    if (wish == "reload") ++reloads;
    return true;
  };
  const auto reload = make_plugin("reload 100ms 0s");
  REQUIRE(reload->start(world.context));
  scratch.write("Harbingerfile", ". { whoami\n}");
  CHECK(wait_until([&] { return reloads == 1; }));
  reload->stop();
  CHECK(reloads == 1);
}

TEST_CASE("reload refuses to look too often") { CHECK_THAT(errors_of("reload 1ms"), Catch::Contains("100ms")); }
