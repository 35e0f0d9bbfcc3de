#include "orchestrate/activity_endpoint.h"

#include <nlohmann/json.hpp>

#include "orchestrate/body_lines.h"
#include "tests/lib/orchestrate/acts.h"
#include "tests/support/peers.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

struct World {
  explicit World(ActivityEndpoint::Settings settings = {})
      : door(ActivityDoor::make({}, {&system_clock(), &keys, acts.sink()})),
        endpoint(ActivityEndpoint::make(std::move(settings), *door).value()) {}

  nlohmann::json tell(std::string_view format, std::string_view body, unsigned status = 202) const {
    const auto receipt = endpoint->told(format, body);
    CHECK(receipt.status == status);
    return nlohmann::json::parse(receipt.body);
  }

  ActorKeys keys{Secret{7}};
  KeptActs acts;
  std::unique_ptr<ActivityDoor> door;
  std::unique_ptr<ActivityEndpoint> endpoint;
};

}  // namespace

TEST_CASE("a body is a line for each act, and the receipt says what became of them") {
  World world;
  const auto receipt = world.tell("json",
                                  "{\"actor\":\"a\",\"verb\":\"x\"}\r\n\n{\"actor\":\"a\"}\n{\"verb\":\"x\"}\n{"
                                  "\"actor\":\"a\",\"verb\":\"y\",\"at\":1}\n{");
  CHECK((receipt["taken"] == 1 && receipt["refused"] == 4 && receipt["nothing"] == 0));
  CHECK((receipt["faults"] == nlohmann::json{{"shape", 2}, {"no_actor", 1}, {"too_old", 1}}));
  REQUIRE(receipt["reasons"].size() == 4);
  CHECK((receipt["reasons"][0]["line"] == 3 && receipt["reasons"][0]["fault"] == "shape"));
  CHECK((receipt["reasons"][3]["line"] == 6 && receipt["reasons"][3]["why"] == "no JSON: it is cut, after 1 octets"));
}

TEST_CASE("a body may be one document in any layout") {
  World world;
  CHECK(world.tell("json",
                   "[\n  {\"actor\": \"a\",\n   \"verb\": \"x\"},\n {\"actor\":\"b\",\"verb\":\"y\"}\n]\n")["taken"] ==
        2);
  CHECK(world.tell("json", "[{\"actor\":\"a\",\"verb\":\"x\"}]")["taken"] == 1);
  CHECK(world.tell("json", "[{\"actor\":\"a\",\"verb\":\"x\"}]\n[{\"actor\":\"b\",\"verb\":\"x\"}]")["taken"] == 2);
  const auto mixed = world.tell("json", "[{\"actor\":\"a\",\"verb\":\"x\"},\n7,8]");
  CHECK((mixed["taken"] == 1 && mixed["refused"] == 2 && mixed["reasons"][0]["records"] == 2));
}

TEST_CASE("acts of a body are put in order and go on at once") {
  World world;
  const auto now =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).time_since_epoch().count();
  const auto act = [&](const char* verb, std::int64_t ago) {
    return R"({"actor":"a","verb":")" + std::string(verb) + R"(","at":)" + std::to_string(now - ago) + "}\n";
  };
  world.tell("json", act("b", 100) + act("c", 50) + act("a", 7000));
  CHECK(world.acts.verbs() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("acts that others told go on though nothing follows") {
  KeptActs acts;
  const ActorKeys keys(Secret{7});
  const auto door = ActivityDoor::make({.order = {.window = 20ms}}, {&system_clock(), &keys, acts.sink()});
  const auto endpoint = ActivityEndpoint::make({.every = 5ms}, *door).value();
  door->let_in({.actor = "a", .verb = "x"});
  CHECK(wait_until([&] { return acts.seen().size() == 1; }));
}

TEST_CASE("a body that there is no room for is refused as a whole") {
  KeptActs acts;
  const ActorKeys keys(Secret{7});
  std::size_t room = 1;
  const auto door = ActivityDoor::make(
      {}, {.clock = &system_clock(), .keys = &keys, .sink = acts.sink(), .room = [&] { return room; }});
  const auto endpoint = ActivityEndpoint::make({}, *door).value();
  const std::string body = R"({"actor":"a","verb":"x","request":"1"})"
                           "\n"
                           R"({"actor":"a","verb":"y","request":"2"})";
  CHECK(endpoint->told("json", body).status == 503);
  CHECK(acts.seen().empty());
  room = 2;
  CHECK(endpoint->told("json", body).status == 202);
  CHECK(acts.seen().size() == 2);
}

TEST_CASE("a body that cannot be taken at all is answered with why") {
  World world({.most_body = 100});
  CHECK(world.tell("syslog", "x", 404)["error"].get<std::string>().contains("cloudtrail"));
  CHECK(world.tell("json", " \n", 400).contains("error"));
  CHECK(world.tell("json", std::string(101, ' '), 413)["error"].get<std::string>().contains("100"));
}

TEST_CASE("a receipt tells only the first reasons, and mappings and zones are those of the configuration") {
  World world({.mapping = "actor=who,verb=what", .zone = "+02:00", .most_reasons = 2});
  std::string body;
  for (int i = 0; i < 10; ++i) body += "nothing\n";
  const auto receipt = world.tell("json", body + R"({"who":"a","what":"x"})");
  CHECK((receipt["taken"] == 1 && receipt["refused"] == 10 && receipt["reasons"].size() == 2));
  CHECK(world.tell("openstack", "2001-01-01 00:00:00.0 1 INFO nova [-] hello")["nothing"] == 1);
  const auto door = ActivityDoor::make({}, {&system_clock(), &world.keys, world.acts.sink()});
  CHECK(!ActivityEndpoint::make({.mapping = "actor"}, *door));
  CHECK(!ActivityEndpoint::make({.zone = "here"}, *door));
}
