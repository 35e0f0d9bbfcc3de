#include "steer/feeds.h"

#include <catch2/catch.hpp>
#include "tests/lib/steer/steer_world.h"
#include "tests/support/dns_client.h"
#include "tests/support/http_client.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::steer;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

struct FeedWorld : SteerWorld {
  std::shared_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  std::unique_ptr<Feeds> feeds;

  explicit FeedWorld(const FeedSettings& settings = {}) {
    define({.name = "fra1"});
    feeds = Feeds::open(server, settings, {service.get(), &clock, &metrics, {}}).value();
  }
  std::string post(const std::string& path, const std::string& body, const std::string& fields = {}) const {
    HttpClient client(server->address());
    client.send("POST " + path + " HTTP/1.1\r\nHost: x\r\n" + fields +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.receive();
  }
  EndpointState state() const { return *service->book().state_of(*service->book().id_of("fra1")); }
};

}  // namespace

TEST_CASE("load and state are told for a while, and forgotten then") {
  FeedWorld world;
  const auto response =
      world.post("/v1/feeds/endpoints", R"({"endpoint":"fra1","up":false,"why":"patching","load":0.73,"ttl":20})");
  CHECK(status_of(response) == 200);
  CHECK_THAT(response, Contains("\"taken\":1"));
  CHECK(world.state().load == 0.73f);
  CHECK_FALSE(world.state().up);
  CHECK(world.state().why == "patching");
  world.clock.advance(21s);
  world.service->book().tick();
  CHECK(world.state().up);
}

TEST_CASE("what is wrong is refused whole, and told where") {
  FeedWorld world;
  const auto fault = [&](const char* body) {
    const auto response = world.post("/v1/feeds/endpoints", body);
    CHECK(status_of(response) == 400);
    return body_of(response);
  };
  CHECK_THAT(fault("what is this"), Contains("no JSON"));
  CHECK_THAT(fault("[]"), Contains("1 to 1000 items"));
  CHECK_THAT(fault(R"([{"endpoint":"fra1","load":0.5},{"endpoint":"fra1","load":NaN}])"), Contains("no JSON"));
  CHECK_THAT(fault(R"([{"endpoint":"fra1","load":0.5},{"endpoint":"fra1","load":"NaN"}])"), Contains("item 2"));
  CHECK_THAT(fault(R"({"endpoint":"fra1","load":-1})"), Contains("from 0, idle"));
  CHECK_THAT(fault(R"({"endpoint":"fra1","load":1e300})"), Contains("from 0, idle"));
  CHECK_THAT(fault(R"({"endpoint":"fra1"})"), Contains("neither"));
  CHECK_THAT(fault(R"({"load":0.5})"), Contains("\\\"endpoint\\\" is missing"));
  CHECK_THAT(fault(R"({"endpoint":"fra1","up":true,"ttl":0})"), Contains("1 to 3600"));
  CHECK_THAT(fault(R"({"endpoint":"fra1","laod":1})"), Contains("no field"));
  CHECK(std::isnan(world.state().load));
  CHECK_THAT(world.post("/v1/feeds/endpoints", R"({"endpoint":"unheard-of","up":true})"), Contains("\"unknown\":1"));
}

TEST_CASE("ways are told by monitors for their clients, and by browsers for themselves") {
  FeedWorld world;
  CHECK(status_of(world.post("/v1/feeds/latency",
                             R"([{"endpoint":"fra1","rtt_ms":18,"clients":"198.51.100.0/24"}])")) == 200);
  CHECK(status_of(world.post("/v1/feeds/rum", R"({"endpoint":"fra1","rtt_ms":7})", "Content-Type: text/plain\r\n")) ==
        200);
  CHECK(status_of(world.post("/v1/feeds/latency", R"([{"endpoint":"fra1","rtt_ms":18}])")) == 400);
  CHECK(status_of(world.post("/v1/feeds/rum", R"({"endpoint":"fra1","rtt_ms":7,"clients":"192.0.2.1"})")) == 400);
  world.service->catch_up();
  const auto ms = [&](const char* address) {
    float expected = 0;
    world.service->look(
        [&](const StateTable& states) { expected = states.ways(ClientGroup::of(*IpAddress::parse(address))).ms(0); });
    return expected;
  };
  CHECK(ms("198.51.100.9") == Approx(18));
  CHECK(ms("127.0.0.1") == Approx(7));
}

TEST_CASE("one browser is heard a few times a second") {
  FeedWorld world;
  int heard = 0, told_to_wait = 0;
  for (int i = 0; i < 60; ++i) {
    const int status = status_of(world.post("/v1/feeds/rum", R"({"endpoint":"fra1","rtt_ms":7})"));
    heard += status == 200;
    told_to_wait += status == 429;
  }
  CHECK(heard <= 25);
  CHECK(heard + told_to_wait == 60);
}

TEST_CASE("with tokens, feeds need one; without, a web page may not speak for this machine") {
  const Scratch scratch;
  FeedWorld world({.tokens = scratch.write("tokens", "a-token-of-some-length\n")});
  const std::string body = R"({"endpoint":"fra1","load":0.5})";
  CHECK(status_of(world.post("/v1/feeds/endpoints", body)) == 401);
  CHECK(status_of(world.post("/v1/feeds/endpoints", body, "Authorization: Bearer wrong\r\n")) == 401);
  CHECK(status_of(world.post("/v1/feeds/endpoints", body, "Authorization: Bearer a-token-of-some-length\r\n")) == 200);
  const FeedWorld open;
  CHECK(status_of(open.post("/v1/feeds/endpoints", body, "Origin: http://x\r\n")) == 403);
  CHECK(status_of(open.post("/v1/feeds/rum", R"({"endpoint":"fra1","rtt_ms":7})",
                            "Origin: http://elsewhere.example\r\n")) == 403);
}
