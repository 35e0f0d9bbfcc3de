#include <catch2/catch.hpp>

#include <harbinger/foresight.h>
#include <harbinger/hints.h>
#include <harbinger/persona_directory.h>

#include "plugins/all.h"
#include "tests/support/drive.h"
#include "tests/support/fake_persona_engine.h"
#include "tests/support/http_client.h"
#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const std::string kHosts = " hosts {\n 192.0.2.1 a.example\n 192.0.2.2 b.example\n 192.0.2.3 c.other\n }\n";

std::vector<std::uint8_t> option(const std::vector<std::uint8_t>& data = {}) {
  std::vector<std::uint8_t> packed{0xff, 0x22, 0, static_cast<std::uint8_t>(data.size())};
  packed.insert(packed.end(), data.begin(), data.end());
  return packed;
}

MemoryServer::Asking for_hints(const std::string& client, const std::vector<std::uint8_t>& data = {}) {
  return {.client = client, .options = option(data)};
}

std::vector<std::string> hints_in(const Letter& letter) {
  const auto message = letter.message();
  std::vector<std::string> hints;
  const auto data = message.edns ? message.edns->option(OptionCode::HINTS) : std::nullopt;
  if (!data) return hints;
  const auto asked = message.question->name.to_string();
  HintReader reader(*data, asked);
  while (const auto hint = reader.next()) hints.emplace_back(hint->resource);
  return hints;
}

// Visits of some clients in turn: a, then b, then c, each in a session of its own.
void visit(MemoryServer& server, int times,
           const std::vector<std::string>& clients = {"198.51.100.7", "198.51.100.17"}) {
  for (int i = 0; i < times; ++i) {
    const auto& client = clients[static_cast<std::size_t>(i) % clients.size()];
    server.ask("a.example. A", client);
    server.loop.advance(2s);
    server.ask("b.example. A", client);
    server.loop.advance(2s);
    server.ask("c.other. A", client);
    server.advance(40min);
  }
}

const std::vector<std::string> kB{"b.example"};

}  // namespace

TEST_CASE("prefetch hints at what usually comes next, to those who ask for hints") {
  MemoryServer server(". {\n prefetch {\n floor 0.1\n }\n" + kHosts + "}\n", all_plugins());
  CHECK(hints_in(*server.ask("a.example. A", for_hints("198.51.100.9"))).empty());
  visit(server, 20);
  const auto hints = hints_in(*server.ask("a.example. A", for_hints("198.51.100.8")));
  REQUIRE_FALSE(hints.empty());
  CHECK(hints.front() == "b.example");
  CHECK(hints_in(*server.ask("a.example. A", "198.51.100.6")).empty());
  CHECK(server.count("harbinger_prefetch_asked_total") == 2);
}

TEST_CASE("a name that one client alone asked for is not hinted to another, until a second client asked for it") {
  MemoryServer server(". {\n prefetch {\n floor 0.1\n }\n" + kHosts + "}\n", all_plugins());
  visit(server, 20, {"198.51.100.7"});
  CHECK(hints_in(*server.ask("a.example. A", for_hints("198.51.100.8"))).empty());
  const auto samples = server.metrics.collect();
  CHECK(std::ranges::any_of(samples, [](const auto& sample) {
    return sample.name == "harbinger_prefetch_held_back_total" && sample.labels == Labels{{"reason", "private"}} &&
           sample.value > 0;
  }));
  server.ask("b.example. A", "198.51.100.7");
  server.loop.advance(2s);
  server.ask("b.example. A", "198.51.100.17");
  server.advance(2s);
  CHECK(hints_in(*server.ask("a.example. A", for_hints("198.51.100.8"))) == kB);
}

TEST_CASE("a client is hinted at what it alone asked for itself") {
  MemoryServer server(". {\n prefetch {\n floor 0.1\n }\n" + kHosts + "}\n", all_plugins());
  visit(server, 20, {"198.51.100.7"});
  const auto hints = hints_in(*server.ask("a.example. A", for_hints("198.51.100.7")));
  REQUIRE_FALSE(hints.empty());
  CHECK(hints.front() == "b.example");
}

TEST_CASE("in the middle of a video its next segment is hinted at, but not to the client that usually stops there") {
  const Scratch scratch;
  scratch.write("videos.json", R"({"template": "seg-{n}.v.example", "first": 1, "last": 9})");
  std::string hosts = " hosts {\n";
  for (int n = 1; n <= 9; ++n) hosts += " 192.0.2." + std::to_string(n) + " seg-" + std::to_string(n) + ".v.example\n";
  MemoryServer server(
      ". {\n prefetch {\n floor 0.3\n manifest " + (scratch / "videos.json").string() + "\n }\n" + hosts + " }\n}\n",
      all_plugins());
  const auto watch = [&](const std::string& client, int last) {
    for (int n = 1; n <= last; ++n) {
      server.ask("seg-" + std::to_string(n) + ".v.example. A", client);
      server.advance(2s);  // learnt one by one: a heap at once is too much for the learner's share of a busy processor
    }
  };
  const auto hinted_at_5 = [&](const std::string& client) {
    watch(client, 4);
    server.advance(6s);
    return hints_in(*server.ask("seg-5.v.example. A", for_hints(client)));
  };
  for (int i = 0; i < 12; ++i) {
    for (const auto* viewer : {"198.51.100.1", "198.51.100.2", "198.51.100.3"}) watch(viewer, 9);
    watch("198.51.100.9", 5);
    server.advance(40min);
  }
  const auto hints = hinted_at_5("198.51.100.1");
  CHECK(std::ranges::find(hints, "seg-6.v.example") != hints.end());
  CHECK(hinted_at_5("198.51.100.9").empty());
}

TEST_CASE("prefetch leaves every octet of the replies alone that do not ask for hints") {
  MemoryServer with(". {\n prefetch\n" + kHosts + "}\n", all_plugins());
  MemoryServer without(". {\n" + kHosts + "}\n", all_plugins());
  for (int i = 0; i < 10; ++i)
    for (const auto* question : {"a.example. A", "b.example. AAAA", "nothing.example. A", ". NS"})
      for (const bool edns : {true, false}) {
        const MemoryServer::Asking how{.edns = edns};
        CHECK(with.ask(question, how)->bytes == without.ask(question, how)->bytes);
      }
}

TEST_CASE("prefetch in dry-run counts the hints and gives none; off does not even learn") {
  for (const std::string mode : {"dry-run", "off"}) {
    MemoryServer server(". {\n prefetch " + mode + " {\n floor 0.1\n }\n" + kHosts + "}\n", all_plugins());
    visit(server, 20);
    CHECK(hints_in(*server.ask("a.example. A", for_hints("198.51.100.8"))).empty());
    CHECK((server.count("harbinger_prefetch_predicted_total") > 0) == (mode == "dry-run"));
    CHECK((server.count("harbinger_prefetch_accesses_total") > 0) == (mode == "dry-run"));
  }
}

TEST_CASE("prefetch ignores and counts hint options that it cannot read") {
  MemoryServer server(". {\n prefetch {\n floor 0.1\n }\n" + kHosts + "}\n", all_plugins());
  visit(server, 20);
  const auto plain = server.ask("a.example. A", MemoryServer::Asking{.client = "198.51.100.8"})->text();
  for (const auto& data : std::vector<std::vector<std::uint8_t>>{{0}, {0xff, 1, 2}, {1, 0, 4, 101}, {1, 0, 4, 10, 1}}) {
    const auto letter = server.ask("a.example. A", for_hints("198.51.100.8", data));
    CHECK(letter->rcode() == Rcode::NOERROR);
    CHECK(hints_in(*letter).empty());
    CHECK(letter->answers() == server.ask("a.example. A", "198.51.100.8")->answers());
  }
  CHECK(server.count("harbinger_prefetch_malformed_total") == 4);
}

TEST_CASE("prefetch hints only at names of its own server block") {
  MemoryServer server("example {\n prefetch {\n floor 0.1\n }\n" + kHosts +
                          "}\nother {\n prefetch {\n floor 0.1\n }\n" + kHosts + "}\n",
                      all_plugins());
  visit(server, 20);
  CHECK(hints_in(*server.ask("b.example. A", for_hints("198.51.100.6"))).empty());
  CHECK(hints_in(*server.ask("a.example. A", for_hints("198.51.100.8"))) == kB);
}

TEST_CASE("prefetch judges its hints by what the client wants afterwards") {
  MemoryServer server(". {\n prefetch {\n floor 0.1\n hints 1\n }\n" + kHosts + "}\n", all_plugins());
  visit(server, 20);
  server.ask("a.example. A", for_hints("198.51.100.8"));
  server.loop.advance(2s);
  server.ask("b.example. A", "198.51.100.8");
  server.ask("a.example. A", for_hints("198.51.100.9"));
  server.advance(10min);
  const auto of_hints = [&](const std::string& what) {
    for (const auto& sample : server.metrics.collect())
      if (sample.name == "harbinger_prefetch_" + what + "_total" && sample.labels == Labels{{"kind", "hint"}})
        return sample.value;
    return -1.0;
  };
  CHECK(of_hints("hinted") == 2);
  CHECK(of_hints("useful") == 1);
  CHECK(of_hints("wasted") == 1);
}

TEST_CASE("prefetch tells clients behind one resolver apart by their subnets, and does not trust the subnet alone") {
  TestWorld world;
  const auto prefetch = make_plugin("prefetch");
  world.context.fact = [](std::string_view) { return FactId::first_custom; };
  REQUIRE(prefetch->start(world.context));
  struct Known {
    std::uint64_t resource, client;
  };
  const auto key = [&](const std::string& client, const char* subnet) {
    QueryBuilder builder(Name::parse("a.example.").value(), RRType::A);
    builder.from(SocketAddress::parse(client).value()).arrived(world.clock.now());
    if (subnet) {
      const auto prefix = IpPrefix::parse(subnet).value();
      builder.subnet({prefix.address, static_cast<std::uint8_t>(prefix.bits), 0});
    }
    auto query = builder.build();
    prefetch->identify(query);
    return query.get(Fact<Known>{FactId::first_custom})->client;
  };
  const auto plain = key("192.0.2.1:53", nullptr);
  CHECK(plain != 0);
  CHECK(key("192.0.2.1:54", nullptr) == plain);
  CHECK(key("192.0.2.2:53", nullptr) != plain);
  const auto subnet = key("192.0.2.1:53", "198.51.100.0/24");
  CHECK(subnet != plain);
  CHECK(key("192.0.2.1:53", "203.0.113.0/24") != subnet);
  CHECK(key("192.0.2.2:53", "198.51.100.0/24") != subnet);
  CHECK(key("192.0.2.1:53", "0.0.0.0/0") == 0);
}

TEST_CASE("prefetch puts hints for everybody into HTTPS answers when told so, and none into answers for validators") {
  auto plugins = all_plugins();
  plugins.push_back(probe("what", answering("60 HTTPS 1 . alpn=h2")));
  for (const std::string svcb : {"on", "off"}) {
    MemoryServer server(". {\n prefetch {\n floor 0.1\n svcb " + svcb + "\n }\n what\n}\n", plugins);
    for (int i = 0; i < 20; ++i) {
      const std::string client = i % 2 ? "198.51.100.7" : "198.51.100.17";
      server.ask("a.example. HTTPS", client);
      server.loop.advance(2s);
      server.ask("b.example. HTTPS", client);
      server.advance(40min);
    }
    const auto answer = server.ask("a.example. HTTPS", "198.51.100.8")->answers();
    CHECK((answer.find("key65314=") != std::string::npos) == (svcb == "on"));
    const auto checked = server.ask("a.example. HTTPS", MemoryServer::Asking{.dnssec_ok = true})->answers();
    CHECK(checked.find("key65314=") == std::string::npos);
  }
}

TEST_CASE("what one client alone asked for is never put into answers for everybody, not even into its own") {
  auto plugins = all_plugins();
  plugins.push_back(probe("what", answering("0 HTTPS 1 . alpn=h2")));
  MemoryServer server(". {\n prefetch {\n floor 0.1\n svcb on\n }\n what\n}\n", plugins);
  const auto visit_with = [&](const std::string& client) {
    server.ask("a.example. HTTPS", client);
    server.loop.advance(2s);
    server.ask("b.example. HTTPS", client);
    server.advance(40min);
  };
  for (int i = 0; i < 20; ++i) visit_with("198.51.100.7");
  for (const auto* client : {"198.51.100.7", "198.51.100.8"})
    CHECK(server.ask("a.example. HTTPS", client)->answers().find("key65314=") == std::string::npos);
  for (int i = 0; i < 3; ++i)
    for (const auto* client : {"198.51.100.7", "198.51.100.17"}) visit_with(client);
  CHECK(server.ask("a.example. HTTPS", "198.51.100.8")->answers().find("key65314=") != std::string::npos);
}

TEST_CASE("prefetch explains itself over the web, as text or JSON") {
  TestWorld world;
  const auto prefetch = make_plugin("prefetch {\n why 127.0.0.1:0\n budget client requests 10\n}");
  REQUIRE(prefetch->start(world.context));
  const auto response = http_get(world.web_address(), "/prefetch/why?name=b.example&client=198.51.100.8");
  CHECK(status_of(response) == 200);
  CHECK_THAT(body_of(response), Catch::Contains("resource: b.example") && Catch::Contains("client: 198.51.100.8") &&
                                    Catch::Contains("terms") &&
                                    Catch::Contains("this client: requests 50, octets no limit"));
  HttpClient client(world.web_address());
  client.send(
      "GET /prefetch/why?name=b.example&client=%31%39%38.51.100.8 HTTP/1.1\r\nHost: x\r\nAccept: "
      "application/json\r\n\r\n");
  const auto json = client.receive();
  CHECK_THAT(json, Catch::Contains("application/json") && Catch::Contains("\"client\":\"198.51.100.8\""));
  CHECK(status_of(http_get(world.web_address(), "/prefetch/why?name=b.example")) == 400);
  CHECK(status_of(http_get(world.web_address(), "/prefetch/why?client=nobody&name=x")) == 400);
}

TEST_CASE("prefetch says what is wrong with its options") {
  CHECK(errors_of("prefetch").empty());
  CHECK(errors_of("prefetch dry-run").empty());
  CHECK_THAT(errors_of("prefetch maybe"), Catch::Contains("Harbingerfile:2:10") && Catch::Contains("off|dry-run|on"));
  CHECK_THAT(errors_of("prefetch {\n floor 2\n}"),
             Catch::Contains("Harbingerfile:3:8") && Catch::Contains("between 0 and 1"));
  CHECK_THAT(errors_of("prefetch {\n budget everybody requests 1\n}"), Catch::Contains("client|resource|global"));
  CHECK_THAT(errors_of("prefetch {\n budget client requests -1\n}"), Catch::Contains("at least 0"));
}

TEST_CASE("prefetch refuses to start with a manifest that it cannot read, and says where it is wrong") {
  const Scratch scratch;
  TestWorld world;
  world.context.directory = scratch.path();
  const auto missing = make_plugin("prefetch {\n manifest nowhere.json\n}");
  const auto started = missing->start(world.context);
  REQUIRE_FALSE(started);
  CHECK(started.error().position.file == (scratch / "nowhere.json").string());
  scratch.write("bad.json", "{\"resource\": ");
  const auto bad = make_plugin("prefetch {\n manifest bad.json\n}");
  REQUIRE_FALSE(bad->start(world.context));
}

TEST_CASE("server blocks with the same settings share what is learnt") {
  TestWorld world;
  const Foresight::Settings settings;
  const auto first = Foresight::shared(settings, {&world.clock, &world.metrics, world.context.log});
  const auto second = Foresight::shared(settings, {&world.clock, &world.metrics, world.context.log});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == *second);
}

TEST_CASE("what an engine expects after a name that nobody asked for yet is hinted at") {
  MemoryServer server(". {\n prefetch {\n floor 0.1\n }\n" + kHosts + "}\n", all_plugins());
  persona_directory().expected({.context = "a.example", .persona = 0, .next = {{"b.example", 0.6f}}});
  server.advance(1s);
  CHECK(hints_in(*server.ask("a.example. A", for_hints("198.51.100.8"))) == kB);
}

TEST_CASE("a persona may be left without hints, and only that one") {
  const FakeEngineSource source;
  source.engine->make(2, "readers");
  source.engine->make(3, "robots");
  MemoryServer server(
      ". {\n persona {\n network readers 192.0.2.0/24\n network robots 203.0.113.0/24\n }\n prefetch {\n floor 0.1\n "
      "}\n" +
          kHosts + "}\n",
      all_plugins());
  const auto come = [&](const std::string& client) {
    server.ask("a.example. A", client);
    server.advance(1ms);
  };
  for (int i = 0; i < 20; ++i) {
    const auto reader = "192.0.2." + std::to_string(i + 1);
    come(reader);
    server.ask("a.example. A", reader);
    server.loop.advance(2s);
    server.ask("b.example. A", reader);
    server.advance(2s);
  }
  for (const auto* client : {"192.0.2.100", "203.0.113.100"}) come(client);
  for (const auto* client : {"192.0.2.100", "203.0.113.100"})
    CHECK(hints_in(*server.ask("a.example. A", for_hints(client))) == kB);

  auto robots = named_persona(3, "robots");
  robots.prefetch = false;
  PersonaUpdate update;
  update.has_catalogue = true;
  update.catalogue = {robots};
  source.engine->push(update);
  CHECK(hints_in(*server.ask("a.example. A", for_hints("203.0.113.100"))).empty());
  CHECK_FALSE(hints_in(*server.ask("a.example. A", for_hints("192.0.2.100"))).empty());
}
