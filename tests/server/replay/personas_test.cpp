// Personas while a trace is replayed.
#include "server/replay/persona_adviser.h"

#include <catch2/catch.hpp>

#include <array>
#include <thread>

#include "server/replay/contender.h"

using namespace harbinger;
using namespace harbinger::replay;

namespace {

struct Days {
  Trace trace;
  UnixMillis now = 1'700'000'000'000;

  // Two hundred moments of gamers and readers in turn: each goes to a place of its own and then to where all of its kind go.
  Days() {
    for (int i = 0; i < 200; ++i)
      for (const std::string kind : {"game", "book"}) {
        const auto client = kind + std::to_string(i % 5);
        wants(client, "www." + kind + ".example/" + kind + "/new" + std::to_string(i));
        wants(client, "www." + kind + ".example/" + kind + "/" + (i % 4 == 0 ? "other" : "home"));
      }
  }
  void wants(const std::string& client, const std::string& resource) {
    trace.visits.push_back(
        {.at = now += 1000, .client = trace.clients.intern(client), .resource = trace.resources.intern(resource)});
  }
};

// What the table for the query path gives first to a client that comes to a place where nobody was before. On a thread of its own, since a
// contender reads what its model publishes.
std::string first_at_a_new_place(Days& days, std::unique_ptr<PersonaAdviser> adviser, const std::string& client) {
  std::string first;
  const Visit visit{.at = days.now + 1000,
                    .client = days.trace.clients.intern(client),
                    .resource = days.trace.resources.intern("elsewhere.example")};
  std::thread([&] {
    const auto contender = make_harbinger_contender(days.trace, {}, std::move(adviser));
    for (const auto& each : days.trace.visits) contender->learn(each);
    contender->follow(visit);
    std::array<replay::Candidate, 3> out;
    if (contender->predict(1, visit, kNone, out) > 0) first = days.trace.resources.text(out[0].resource);
  }).join();
  return first;
}

}  // namespace

TEST_CASE("clients that want alike get one persona by topics, and others another") {
  Days days;
  const auto adviser = make_topic_adviser(days.trace, 16);
  for (const auto& visit : days.trace.visits) adviser->saw(visit);
  const auto of = [&](const char* client) {
    return adviser->persona_of({.client = days.trace.clients.intern(client)});
  };
  CHECK(of("game0") != 0);
  CHECK(of("game0") == of("game4"));
  CHECK(of("book0") == of("book4"));
  CHECK(of("game0") != of("book0"));
}

TEST_CASE("clients that act alike get one persona by manners, and others another") {
  Trace trace;
  for (int i = 0; i < 200; ++i)
    for (const char* beat : {"a", "b"})
      trace.visits.push_back({.at = i * 1000, .client = trace.clients.intern(beat), .resource = 1});
  for (int i = 0; i < 200; ++i)
    for (const char* wanderer : {"c", "d"})
      trace.visits.push_back(
          {.at = i * i * 3000LL, .client = trace.clients.intern(wanderer), .resource = static_cast<std::uint32_t>(i)});
  std::ranges::stable_sort(trace.visits, {}, &Visit::at);
  const auto adviser = make_manner_adviser(trace, 16);
  for (const auto& visit : trace.visits) adviser->saw(visit);
  const auto of = [&](const char* client) { return adviser->persona_of({.client = trace.clients.intern(client)}); };
  CHECK(of("a") == of("b"));
  CHECK(of("c") == of("d"));
  CHECK(of("a") != of("c"));
}

TEST_CASE("by device, a client's persona is the kind of machine that it says it is") {
  const auto adviser = make_device_adviser();
  CHECK(adviser->persona_of({.device = DeviceClass::phone}) == adviser->persona_of({.device = DeviceClass::phone}));
  CHECK(adviser->persona_of({.device = DeviceClass::phone}) != adviser->persona_of({.device = DeviceClass::desktop}));
  CHECK(adviser->persona_of({.device = DeviceClass::unknown}) == 0);
}

TEST_CASE("a client has no persona before it was seen, and never more than there may be") {
  Days days;
  const auto adviser = make_topic_adviser(days.trace, 1);
  CHECK(adviser->persona_of({.client = 0}) == 0);
  for (const auto& visit : days.trace.visits) adviser->saw(visit);
  for (std::uint32_t client = 0; client < days.trace.clients.size(); ++client)
    CHECK(adviser->persona_of({.client = client}) == 1);
}

TEST_CASE("with personas, the table for the query path knows where a kind of clients goes from a new place") {
  Days days;
  for (const std::string kind : {"game", "book"}) {
    const auto home = "www." + kind + ".example/" + kind + "/home";
    CHECK(first_at_a_new_place(days, make_topic_adviser(days.trace, 16), kind + "0") == home);
    CHECK(first_at_a_new_place(days, nullptr, kind + "0").empty());
  }
}
