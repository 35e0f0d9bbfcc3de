#include "persona/log_adapters.h"

#include <algorithm>
#include <random>

using namespace harbinger;
using namespace harbinger::persona;
using namespace std::chrono_literals;

namespace {

// FakeClock's calendar begins at 2023-11-14 22:13:20 UTC, and stands a second later.
const std::string kNow = "[14/Nov/2023:22:13:21 +0000]";
constexpr std::string_view kBrowser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

struct World {
  explicit World(std::string_view format, std::string_view mapping = "", LogAdapter::Settings settings = {})
      : adapter(
            make_log_format(format, mapping).value(), keys, clock,
            [this](std::span<const BehaviourEvent> events) {
              for (const auto& event : events) told.push_back({event, std::string(event.resource)});
              return PersonaEngine::Receipt{.taken = events.size()};
            },
            std::move(settings)) {}

  void read(std::initializer_list<std::string> lines) {
    for (const auto& line : lines) adapter.line(line);
    adapter.flush();
  }
  ClientKey key(std::string_view address) const {
    return keys.key_of(IpAddress::parse(address).value(), {}, 1'700'000'001'000);
  }
  std::uint64_t troubles(LogTrouble::Kind kind) const {
    return adapter.counts().troubles[static_cast<std::size_t>(kind)];
  }
  std::uint64_t faults(EventFault fault) const { return adapter.counts().faults[static_cast<std::size_t>(fault)]; }

  struct Told {
    BehaviourEvent event;
    std::string resource;
  };
  ClientKeys keys{std::array<std::uint8_t, 32>{4, 5, 6}};
  FakeClock clock;
  std::vector<Told> told;
  LogAdapter adapter;
};

std::string combined(std::string_view request, int status = 200, std::string_view agent = kBrowser,
                     std::string_view client = "192.0.2.1") {
  return std::string(client) + " - joe " + kNow + " \"" + std::string(request) + "\" " + std::to_string(status) +
         " 512 \"https://elsewhere.example/?secret\" \"" + std::string(agent) + "\"";
}

}  // namespace

TEST_CASE("a line of nginx or Apache becomes an event without what names anybody") {
  World world("combined", "", {.site = "https://www.example.org"});
  world.read({combined("GET /a/b?token=1 HTTP/1.1"), combined("POST /api HTTP/1.1", 500) + " 0.004",
              combined("GET /none HTTP/2.0", 404, "curl/8.5.0", "2001:db8::1")});
  REQUIRE(world.told.size() == 3);
  CHECK(world.told[0].resource == "https://www.example.org/a/b");
  const auto& page = world.told[0].event;
  CHECK((page.action == Action::navigation && page.outcome == Outcome::served && page.device == DeviceClass::desktop));
  CHECK((page.client == world.key("192.0.2.1") && page.at == 1'700'000'001'000));
  const auto& call = world.told[1].event;
  CHECK((call.action == Action::api_call && call.outcome == Outcome::failed));
  const auto& missing = world.told[2].event;
  CHECK((missing.outcome == Outcome::not_found && missing.device == DeviceClass::server));
  CHECK(missing.client == world.key("2001:db8::1"));
}

TEST_CASE("a line of varnishncsa names the whole URL") {
  World world("combined");
  world.read({combined("GET http://WWW.Example.org/x?y HTTP/1.1"), combined("CONNECT www.example.org:443 HTTP/1.1")});
  REQUIRE(world.told.size() == 2);
  CHECK(world.told[0].resource == "http://www.example.org/x");
  CHECK(world.told[1].resource == "www.example.org");
}

TEST_CASE("lines that cannot be read are counted by reason, and cost nothing else") {
  World world("combined");
  world.read({"\x01garbage", combined("GET /"), "192.0.2.1 - - [99/Foo/2023:00:00:00 +0000] \"GET / HTTP/1.0\" 200 1",
              "192.0.2.1 - - " + kNow + " \"GET / HTTP/1.0\" two 1", combined("-", 400), "",
              "192.0.2.1 - - " + kNow + " \"GET / HT", combined("GET /good HTTP/1.1")});
  CHECK(world.troubles(LogTrouble::Kind::shape) == 2);
  CHECK(world.troubles(LogTrouble::Kind::time) == 1);
  CHECK(world.troubles(LogTrouble::Kind::number) == 1);
  CHECK(world.adapter.counts().nothing == 2);
  REQUIRE(world.told.size() == 2);
  CHECK(world.told[1].resource == "/good");
}

TEST_CASE(
    "lines of the future and of long ago are left out, others come in the order of the file, doubled ones twice") {
  World world("combined");
  const auto at = [](const std::string& time) {
    return "192.0.2.1 - - [" + time + "] \"GET /" + time.substr(12) + " HTTP/1.1\" 200 1 \"-\" \"-\"";
  };
  world.read({at("14/Nov/2023:22:13:00 +0000"), at("14/Nov/2023:22:12:00 +0000"), at("14/Nov/2023:22:12:00 +0000"),
              at("15/Nov/2023:22:13:00 +0000"), at("12/Nov/2023:22:13:00 +0000"), at("14/Nov/2023:22:13:50 +0000")});
  CHECK(world.faults(EventFault::bad_time) == 2);
  REQUIRE(world.told.size() == 4);
  CHECK(world.told[0].event.at > world.told[1].event.at);
  CHECK(world.told[1].resource == world.told[2].resource);
}

TEST_CASE("Zeek's dns.log becomes queries") {
  World world("zeek-dns");
  world.read({"#fields\tts\tid.orig_h\tid.orig_p\ttrans_id\tquery\tqtype\trcode_name",
              "1700000000.5\t192.0.2.1\t5353\t1\tWWW.Example.org\t28\tNXDOMAIN",
              "1700000000.6\t192.0.2.1\t5353\t1\twww.example.org\t28\tNXDOMAIN", "1700000000.6\t192.0.2.1\t5353"});
  REQUIRE(world.told.size() == 1);
  const auto& [event, resource] = world.told[0];
  CHECK((event.action == Action::query && event.type == 28 && event.outcome == Outcome::not_found));
  CHECK((resource == "www.example.org" && event.at == 1'700'000'000'500));
  CHECK(world.adapter.counts().nothing == 2);
  CHECK(world.troubles(LogTrouble::Kind::shape) == 1);
}

TEST_CASE("Zeek's http.log becomes navigation and calls") {
  World world("zeek-http");
  world.read({"1700000000.5\tno header yet",
              "#fields\tts\tuid\tid.orig_h\ttrans_depth\tmethod\thost\turi\tuser_agent\tstatus_code",
              "1700000000.5\tC1\t192.0.2.1\t1\tGET\tWWW.example.org\t/a?b\tcurl/8\t200",
              "1700000000.5\tC1\t192.0.2.1\t1\tGET\tWWW.example.org\t/a?b\tcurl/8\t200",
              "1700000000.5\tC1\t192.0.2.1\t2\tPUT\twww.example.org\t/c\t-\t403"});
  REQUIRE(world.told.size() == 2);
  CHECK(world.told[0].resource == "http://www.example.org/a");
  CHECK((world.told[0].event.device == DeviceClass::server && world.told[0].event.action == Action::navigation));
  CHECK((world.told[1].event.outcome == Outcome::refused && world.told[1].event.action == Action::api_call));
  CHECK(world.troubles(LogTrouble::Kind::shape) == 1);
}

TEST_CASE("lines of JSON are read by a mapping") {
  World world("json",
              "client=req.ip,resource=req.path,host=req.host,at=time,action=kind,dwell=s,status=status,user_agent=ua");
  world.read(
      {R"({"time":"2023-11-14T22:13:20Z","req":{"ip":"192.0.2.1","host":"Shop.example","path":"/a?b"},"kind":"click","s":2.5,"status":200})",
       R"({"time":1700000000,"req":{"ip":"user-17","path":"https://x.example/","host":"y"},"ua":"curl/8"})",
       R"({"time":"yesterday","req":{"ip":"192.0.2.1","path":"/"}})", R"({"req":{"ip":"192.0.2.1","path":"/"},"s":-1})",
       R"({"req":{"ip":"192.0.2.1","path":"/"},"kind":"dance"})", R"({"req":{"path":"/"}})", R"([1])", R"({"req":)",
       R"({"req":{"ip":"192.0.2.1"}})"});
  REQUIRE(world.told.size() == 2);
  CHECK(world.told[0].resource == "https://shop.example/a");
  CHECK((world.told[0].event.action == Action::click && world.told[0].event.dwell_s == 2.5F));
  CHECK((world.told[1].resource == "https://x.example/" && world.told[1].event.client != 0));
  CHECK(world.troubles(LogTrouble::Kind::time) == 1);
  CHECK(world.troubles(LogTrouble::Kind::number) == 1);
  CHECK(world.troubles(LogTrouble::Kind::shape) == 2);
  CHECK(world.faults(EventFault::bad_kind) == 1);
  CHECK(world.faults(EventFault::no_client) == 1);
  CHECK(world.adapter.counts().nothing == 1);
}

TEST_CASE("a mapping or format that makes no sense says what would be right") {
  const auto error = [](std::string_view word, std::string_view mapping) {
    const auto format = make_log_format(word, mapping);
    REQUIRE_FALSE(format);
    return format.error().message;
  };
  CHECK_THAT(error("json", "client=a,colour=b"),
             Catch::Contains("`colour=b`") && Catch::Contains("client=remote_addr"));
  CHECK_THAT(error("json", "client=a"), Catch::Contains("resource"));
  CHECK_THAT(error("combined", "client=a"), Catch::Contains("json"));
  CHECK_THAT(error("xml", ""), Catch::Contains("zeek-http"));
}

TEST_CASE("hostile lines cost a counter, whatever the format") {
  std::mt19937 random(3);
  const std::string lines[] = {
      combined("GET /a?b HTTP/1.1"), "1700000000.5\tC1\t192.0.2.1\t1\tGET\twww.example.org\t/a?b\tcurl/8\t200",
      R"({"time":1700000000.5,"ip":"192.0.2.1","path":"https://x.example/\u0000","kind":"scroll","x":0.5})"};
  World worlds[] = {World("combined"), World("zeek-http"),
                    World("json", "client=ip,resource=path,at=time,action=kind,extent=x")};
  worlds[1].adapter.line("#fields\tts\tuid\tid.orig_h\ttrans_depth\tmethod\thost\turi\tuser_agent\tstatus_code");
  for (int i = 0; i < 5000; ++i)
    for (std::size_t which = 0; which < 3; ++which) {
      auto line = lines[which];
      for (auto rounds = random() % 4; rounds > 0; --rounds) line[random() % line.size()] = static_cast<char>(random());
      if (random() % 4 == 0) line.resize(random() % line.size());
      worlds[which].adapter.line(line);
    }
  for (auto& world : worlds) {
    world.adapter.flush();
    CHECK(world.told.size() > 100);
    CHECK(world.troubles(LogTrouble::Kind::shape) > 100);
    for (auto& [event, resource] : world.told) {
      event.resource = resource;
      REQUIRE(fault_of(event, 1'700'000'001'000) == EventFault::none);
    }
  }
}
