#include <harbinger/http.h>

#include "tests/support/drive.h"
#include "tests/support/http_client.h"

using namespace harbinger;
using namespace harbinger::test;

TEST_CASE("health answers 200 from start to stop") {
  TestWorld world;
  const auto health = make_plugin("health 127.0.0.1:0");
  REQUIRE(health->start(world.context));
  const auto address = world.web_address();
  const auto response = http_get(address, "/health");
  CHECK(status_of(response) == 200);
  CHECK(body_of(response) == "OK\n");
  health->stop();
  CHECK_THROWS(http_get(address, "/health"));
}

TEST_CASE("health keeps its port while a new configuration takes over from the old") {
  TestWorld world;
  auto old_one = make_plugin("health 127.0.0.1:0");
  REQUIRE(old_one->start(world.context));
  const auto address = world.web_address();
  HttpClient prober(address);
  const auto new_one = make_plugin("health 127.0.0.1:0");
  REQUIRE(new_one->start(world.context));
  old_one->stop();
  old_one.reset();

  CHECK(world.web_address() == address);
  CHECK(status_of(http_get(address, "/health")) == 200);
  prober.send("GET /health HTTP/1.1\r\nHost: test\r\n\r\n");
  CHECK(status_of(prober.receive()) == 200);
}

TEST_CASE("health listens nowhere while a configuration is only checked") {
  TestWorld world;
  world.context.checking = true;
  const auto health = make_plugin("health 127.0.0.1:0");
  REQUIRE(health->start(world.context));
  CHECK(world.log.text().empty());
}

TEST_CASE("health says that its port is taken") {
  TestWorld world;
  const auto other = HttpServer::listen(SocketAddress::parse("127.0.0.1:0").value()).value()->address();
  const auto holder = HttpServer::listen(other);
  REQUIRE(holder);
  const auto health = make_plugin("health " + other.to_string());
  const auto started = health->start(world.context);
  REQUIRE_FALSE(started);
  CHECK_THAT(started.error().message, Catch::Contains(other.to_string()));
}
