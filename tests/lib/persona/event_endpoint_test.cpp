#include "persona/event_endpoint.h"

#include <array>
#include <random>

#include "persona/event_door.h"
#include "persona/sampling.h"
#include "persona/web_script.h"
#include "tests/support/http_client.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

struct Kept {
  BehaviourEvent event;
  std::string resource;
};

// An endpoint and an engine that remembers what it was given.
struct World {
  explicit World(EventEndpointSettings settings = {}) {
    EventEndpointWorld world{&keys, &clock, &metrics, [this](std::span<const BehaviourEvent> events) {
                               if (full) return PersonaEngine::Receipt{.shed = events.size()};
                               for (const auto& event : events) kept.push_back({event, std::string(event.resource)});
                               return PersonaEngine::Receipt{.taken = events.size()};
                             }};
    endpoint = EventEndpoint::make(std::move(settings), std::move(world)).value();
  }

  HttpResponse post(std::string_view body, std::vector<HttpField> fields = {},
                    std::string_view peer = "192.0.2.7") const {
    return endpoint->events({.path = EventEndpoint::kEventsPath,
                             .query = "",
                             .method = HttpMethod::post,
                             .body = body,
                             .peer = {IpAddress::parse(peer).value(), 4711},
                             .fields = fields});
  }
  UnixMillis now() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock.calendar().time_since_epoch()).count();
  }
  ClientKey key(std::string_view address) const { return keys.key_of(IpAddress::parse(address).value(), {}, now()); }

  ClientKeys keys{std::array<std::uint8_t, 32>{1, 2, 3}};
  FakeClock clock;
  Metrics metrics;
  bool full = false;
  std::vector<Kept> kept;
  std::shared_ptr<EventEndpoint> endpoint;
};

std::string_view field(const HttpResponse& response, std::string_view name) {
  for (const auto& [each, value] : response.fields)
    if (each == name) return value;
  return {};
}

std::string clicks(int count, std::string_view more = "") {
  std::string body = R"({"events":[)";
  for (int i = 0; i < count; ++i)
    body += std::string(i ? "," : "") + R"({"action":"click","resource":"https://www.example.org/)" +
            std::to_string(i) + "\"" + std::string(more) + "}";
  return body + "]}";
}

const HttpField kBrowser{"User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) Mobile/15E148"};
const std::string kToken = "0123456789abcdef";

}  // namespace

TEST_CASE("what a browser reports is kept without what names it") {
  World world;
  const auto body = R"({"events":[{"action":"scroll","resource":"https://u:p@WWW.Example.org/a?q=1#x","at":)" +
                    std::to_string(world.now() - 5000) + R"(,"dwell":7,"extent":0.5}]})";
  const auto response = world.post(body, {kBrowser, {"Content-Type", "text/plain;charset=UTF-8"}});
  CHECK(response.status == 202);
  CHECK(response.body == "{\"taken\":1,\"rejected\":0,\"shed\":0}\n");
  REQUIRE(world.kept.size() == 1);
  const auto& [event, resource] = world.kept[0];
  CHECK(resource == "https://www.example.org/a");
  CHECK(event.client == world.key("192.0.2.7"));
  CHECK((event.action == Action::scroll && event.device == DeviceClass::phone && event.at == world.now() - 5000));
  CHECK((event.dwell_s == 7 && event.extent == 0.5F));
}

TEST_CASE("events are as old as their reporter says, however wrong its clock is") {
  World world;
  world.post(R"({"events":[{"action":"click","resource":"https://a.example/","at":1000}],"sent":61000})");
  REQUIRE(world.kept.size() == 1);
  CHECK(world.kept[0].event.at == world.now() - 60'000);
}

TEST_CASE("what is wrong in a report is counted by reason, and the rest is kept") {
  World world;
  const auto response = world.post(R"({"events":[
      {"action":"click","resource":"https://a.example/"},
      {"action":"dance","resource":"https://a.example/"},
      {"action":"query","resource":"a.example"},
      {"action":"click","resource":"javascript:x"},
      {"action":"click","resource":"https://a.example/","at":-1e300},
      {"action":"click","resource":"https://a.example/","dwell":-1},
      {"action":"click","resource":"https://a.example/","dwell":1e300},
      {"action":"scroll","resource":"https://a.example/","extent":2},
      {"action":"click","resource":"https://a.example/","client":"198.51.100.1"}]})");
  CHECK(response.body ==
        "{\"taken\":1,\"rejected\":8,\"shed\":0,\"reasons\":{\"no_client\":1,\"bad_time\":1,\"bad_text\":1,\"bad_"
        "number\":3,"
        "\"bad_kind\":2}}\n");
  double rejected = 0;
  for (const auto& sample : world.metrics.collect())
    for (const auto& [label, value] : sample.labels)
      if (label == "result" && value == "rejected") rejected += sample.value;
  CHECK(rejected == 8);
}

TEST_CASE("a report that is no JSON is answered with the place") {
  const World world;
  const auto response = world.post("{\"events\":[\n{\"action\":}]}");
  CHECK(response.status == 400);
  CHECK_THAT(response.body, Catch::Contains("\"line\":2,\"column\":11"));
}

TEST_CASE("pages of other origins are refused, in the preflight already") {
  World world({.origins = {"https://www.example.org"}});
  const HttpField ours{"Origin", "https://www.example.org"}, foreign{"Origin", "https://evil.example"};
  CHECK(world.post(clicks(1), {foreign}).status == 403);
  CHECK(world.kept.empty());
  const auto taken = world.post(clicks(1), {ours});
  CHECK(taken.status == 202);
  CHECK(field(taken, "Access-Control-Allow-Origin") == "https://www.example.org");
  const auto ask = [&](HttpField origin) {
    return world.endpoint->events(
        {.path = "/v1/events", .query = "", .method = HttpMethod::options, .fields = {&origin, 1}});
  };
  CHECK(ask(ours).status == 204);
  CHECK(field(ask(ours), "Access-Control-Allow-Methods") == "POST");
  CHECK(field(ask(ours), "Vary") == "Origin");
  CHECK(ask(foreign).status == 403);
}

TEST_CASE("a report of another form is refused") {
  const World world;
  CHECK(world.post(clicks(1), {{"Content-Type", "application/x-www-form-urlencoded"}}).status == 415);
  CHECK(world.post(clicks(1), {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}).status == 415);
}

TEST_CASE("a reporter with a token speaks for others, one without does not get in") {
  const Scratch scratch;
  World world({.tokens = scratch.write("tokens", "# shop\n" + kToken + "  # since March\n")});
  const std::string body = R"({"events":[
      {"action":"query","resource":"www.example.org","client":"198.51.100.9","device":"console","type":28,"outcome":"not_found"},
      {"action":"api_call","resource":"https://api.example.org/x","key":"00000000000000ff"}]})";
  CHECK(world.post(body).status == 401);
  CHECK(world.post(body, {{"Authorization", "Bearer 0123456789abcdeX"}}).status == 401);
  CHECK(world.post(body, {{"Authorization", "Basic " + kToken}}).status == 401);
  CHECK(world.kept.empty());
  CHECK(world.post(body, {{"Authorization", "bearer " + kToken}}).status == 202);
  REQUIRE(world.kept.size() == 2);
  const auto& told = world.kept[0].event;
  CHECK(told.client == world.key("198.51.100.9"));
  CHECK((told.action == Action::query && told.device == DeviceClass::console && told.type == 28));
  CHECK(told.outcome == Outcome::not_found);
  CHECK(world.kept[1].event.client == 0xff);
}

TEST_CASE("a file of tokens that cannot be used is an error with its place") {
  const Scratch scratch;
  const auto make = [](const std::filesystem::path& file) {
    ClientKeys keys{std::array<std::uint8_t, 32>{}};
    Metrics metrics;
    return EventEndpoint::make({.tokens = file}, {&keys, &system_clock(), &metrics, {}}).error();
  };
  CHECK(make(scratch / "none").code == ErrorCode::not_found);
  const auto error = make(scratch.write("short", "# these\n\nsecret\n"));
  CHECK(error.position.line == 3);
  CHECK_THAT(error.message, Catch::Contains("16 characters") && !Catch::Contains("secret"));
}

TEST_CASE("behind a trusted proxy, the client that it names is kept as a key") {
  World world({.trusted_proxies = {IpPrefix::parse("10.0.0.0/8").value()}});
  world.post(clicks(1), {{"X-Forwarded-For", "198.51.100.9"}}, "10.1.2.3");
  REQUIRE(world.kept.size() == 1);
  CHECK(world.kept[0].event.client == world.key("198.51.100.9"));
  CHECK_THAT(world.post(clicks(1), {}, "10.1.2.3").body, Catch::Contains("\"no_client\":1"));
}

TEST_CASE("a client that reports too fast is heard in part and told to wait") {
  World world({.most_per_client = 10});
  const auto first = world.post(clicks(80));
  CHECK(first.status == 202);
  CHECK(first.body == "{\"taken\":50,\"rejected\":0,\"shed\":30}\n");
  const auto second = world.post(clicks(1));
  CHECK(second.status == 429);
  CHECK(field(second, "Retry-After") == "2");
  CHECK(world.post(clicks(1), {}, "192.0.2.8").status == 202);
  world.clock.advance(1s);
  CHECK(world.post(clicks(1)).status == 202);
}

TEST_CASE("under pressure fewer clients are heard, and in the end nobody; when it is over, all are") {
  World world;
  world.full = true;
  std::vector<unsigned> answers;
  for (int i = 0; i < 10; ++i) {
    for (int peer = 1; peer < 250; ++peer)
      answers.push_back(world.post(clicks(1), {}, "192.0.2." + std::to_string(peer)).status);
    world.clock.advance(2s);
  }
  CHECK(answers.front() == 202);
  CHECK(answers.back() == 429);
  CHECK(field(world.post(clicks(1)), "Retry-After") == "30");

  world.full = false;
  for (int i = 0; i < 10; ++i) {
    world.clock.advance(11s);
    world.post(clicks(1));
  }
  world.kept.clear();
  for (int peer = 1; peer < 250; ++peer) world.post(clicks(1), {}, "192.0.2." + std::to_string(peer));
  CHECK(world.kept.size() == 249);
}

TEST_CASE("a sample hears the same clients whole, and those of a smaller one again") {
  Sampling half(0.5), quarter(0.25), none(0), all(1);
  std::mt19937_64 random(7);
  int heard = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto key = random();
    heard += half.hears(key);
    CHECK((!quarter.hears(key) || half.hears(key)));
    CHECK(half.hears(key) == half.hears(key));
    REQUIRE_FALSE(none.hears(key));
    REQUIRE(all.hears(key));
  }
  CHECK(std::abs(heard - 5000) < 250);
}

TEST_CASE("a browser fetches the script and reports, over the wire") {
  World world;
  const auto server = HttpServer::listen(SocketAddress::parse("127.0.0.1:0").value()).value();
  const auto routes = serve_events(*server, world.endpoint, {.most_body = 2000});
  const auto script = http_get(server->address(), "/v1/harbinger.js");
  CHECK(status_of(script) == 200);
  CHECK(body_of(script) == web_script());
  CHECK_THAT(script, Catch::Contains("Content-Type: text/javascript"));

  const auto send = [&](std::string_view body) {
    HttpClient client(server->address());
    client.send(
        "POST /v1/events HTTP/1.1\r\nHost: test\r\nOrigin: http://test\r\nContent-Type: "
        "text/plain\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    return client.receive();
  };
  CHECK(status_of(send(clicks(2))) == 202);
  CHECK(world.kept.size() == 2);
  CHECK(world.kept[0].event.client == world.key("127.0.0.1"));
  CHECK(status_of(send(clicks(200))) == 413);
  CHECK(status_of(http_get(server->address(), "/v1/events")) == 405);
}

TEST_CASE("the script fits into 2,048 octets") {
  CHECK(web_script().size() <= 2048);
  CHECK_THAT(std::string(web_script()), Catch::Contains("sendBeacon") && Catch::Contains("globalPrivacyControl"));
}

namespace {

// A report with one octet changed, cut, doubled or replaced, and sometimes all at once.
std::string mutated(std::string text, std::mt19937& random) {
  static constexpr std::array<std::string_view, 14> kPieces{"\"",
                                                            "{",
                                                            "[",
                                                            "}",
                                                            "]",
                                                            "\\u0000",
                                                            "\\",
                                                            "\xff\xfe",
                                                            "1e999",
                                                            "-1",
                                                            "null",
                                                            "\"events\":[",
                                                            "99999999999999999999",
                                                            "NaN"};
  for (auto rounds = random() % 4 + 1; rounds > 0 && !text.empty(); --rounds) {
    const auto at = random() % text.size();
    switch (random() % 5) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.resize(at);
        break;
      case 2:
        text.insert(at, kPieces[random() % kPieces.size()]);
        break;
      case 3:
        text.insert(at, text.substr(at / 2, random() % 100));
        break;
      default:
        text.erase(at, random() % 10);
        break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("hostile bodies cost an answer, and only events that are right get through") {
  World world({.most_per_client = 0});
  std::mt19937 random(11);
  const std::string good =
      R"({"events":[{"action":"scroll","resource":"https://www.example.org/a?b","at":1700000000500,)"
      R"("dwell":3.25,"extent":0.5,"device":"phone"},{"action":"click","resource":"www.example.org"}],)"
      R"("sent":1700000001000})";
  std::size_t right = 0, wrong = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto status = world.post(mutated(good, random)).status;
    REQUIRE((status == 202 || status == 400));
    (status == 202 ? right : wrong) += 1;
  }
  CHECK(right > 1000);
  CHECK(wrong > 1000);
  for (const auto& [event, resource] : world.kept) {
    auto copy = event;
    copy.resource = resource;
    REQUIRE(fault_of(copy, world.now()) == EventFault::none);
  }
  const auto before = world.kept.size();
  for (const auto& body :
       {std::string(60'000, '['), std::string(60'000, '{'), "{\"events\":" + std::string(60'000, '['),
        "{\"events\":[" + std::string(20'000, '1'), std::string(60'000, '\0'),
        "{\"events\":[{\"resource\":\"" + std::string(60'000, 'x') + "\"}]}"})
    world.post(body);
  CHECK(world.kept.size() == before);
}
