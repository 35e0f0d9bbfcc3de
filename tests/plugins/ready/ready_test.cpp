#include "tests/support/drive.h"
#include "tests/support/http_client.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

struct Moody final : Plugin {
  std::string not_ready() const override { return reason; }
  std::string reason;
};

}  // namespace

TEST_CASE("ready tells which plugins cannot work yet, and why") {
  TestWorld world;
  const auto moody = std::make_shared<Moody>();
  std::vector<std::shared_ptr<const Plugin>> siblings;
  bool stopping = false;
  world.context.siblings = [&] { return siblings; };
  world.context.ask_server = [&](std::string_view wish) { return wish == "stopping" && stopping; };
  const auto ready = make_plugin("ready 127.0.0.1:0");
  REQUIRE(ready->start(world.context));
  const auto address = world.web_address();

  const auto starting = http_get(address, "/ready");
  CHECK(status_of(starting) == 503);
  CHECK(body_of(starting) == "the server is starting\n");

  siblings = {moody, moody};
  moody->reason = "no upstream\nanswers";
  const auto waiting = http_get(address, "/ready");
  CHECK(status_of(waiting) == 503);
  CHECK(body_of(waiting) == ": no upstream\\010answers\n: no upstream\\010answers\n");

  moody->reason.clear();
  const auto working = http_get(address, "/ready");
  CHECK(status_of(working) == 200);
  CHECK(body_of(working) == "OK\n");

  stopping = true;
  CHECK(status_of(http_get(address, "/ready")) == 503);
  ready->stop();
}
