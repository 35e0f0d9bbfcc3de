#include <catch2/catch.hpp>

#include <tests/support/persona_bench.h>

using namespace harbinger;
using test::EngineBench;

namespace {

Result<PersonaExplanation> explained(EngineBench& bench, ClientKey client) {
  std::promise<Result<PersonaExplanation>> promise;
  bench.engine->explain(client, [&](auto got) { promise.set_value(std::move(got)); });
  return promise.get_future().get();
}

}  // namespace

TEST_CASE("an ask between acts does not take the place of a client whose acts are under way") {
  std::promise<PersonaAssignment> answer;
  EngineBench bench;
  bench.settings.clients = 4;
  bench.start();
  PersonaAsk ask;
  ask.client = 99;
  bench.diary->stepped = [&] {
    bench.engine->assign(std::span(&ask, 1), [&](const auto& got) { answer.set_value(got.value().at(0)); });
  };
  std::vector<BehaviourEvent> events;
  for (int round = 0; round < 3; ++round)
    for (ClientKey client = 1; client <= 4; ++client) events.push_back(bench.act(client, "video.example"));
  bench.report(events);
  const auto got = answer.get_future().get();
  CHECK(got.client == 99);
  CHECK(got.persona == 0);
  CHECK(got.token == PersonaToken{});  // nothing that could be remembered
  CHECK_FALSE(explained(bench, 99));
  for (ClientKey client = 1; client <= 4; ++client) {
    REQUIRE(explained(bench, client));
    CHECK(explained(bench, client)->events == 3);
  }
  CHECK(bench.ask(99).token != PersonaToken{});  // later there is room
}

TEST_CASE("an ask's user agent tells what device later acts come from, unless the ask or the act says so itself") {
  EngineBench bench;
  bench.start();
  const auto phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148";
  const auto device_of_next_act = [&](DeviceClass told) {
    auto act = bench.act(7, "a.example");
    act.device = told;
    bench.report({act});
    return static_cast<DeviceClass>(bench.diary->device);
  };
  CHECK(device_of_next_act(DeviceClass::unknown) == DeviceClass::unknown);
  bench.ask(7, {}, phone);
  CHECK(device_of_next_act(DeviceClass::unknown) == DeviceClass::phone);
  CHECK(device_of_next_act(DeviceClass::tablet) == DeviceClass::tablet);
  bench.ask(7, {}, "something else");
  CHECK(device_of_next_act(DeviceClass::unknown) == DeviceClass::phone);
  PersonaAsk ask;
  ask.client = 7;
  ask.user_agent = phone;
  ask.device = DeviceClass::console;
  bench.ask(ask);
  CHECK(device_of_next_act(DeviceClass::unknown) == DeviceClass::console);
}
