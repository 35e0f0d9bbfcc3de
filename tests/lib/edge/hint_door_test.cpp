#include "edge/hint_door.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <ctime>
#include <stdexcept>

#include "tests/support/http_client.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

// A door, and a source that says what it is told to say.
struct World {
  explicit World(HintDoorSettings settings = {}) {
    door = HintDoor::make(std::move(settings), {&clock, &metrics},
                          [this](const IpAddress& client, std::string_view url, std::size_t) {
                            clients.push_back(client.to_string());
                            urls.emplace_back(url);
                            if (broken) throw std::runtime_error("no table");
                            return pages;
                          });
  }

  HttpResponse hints(std::vector<HttpField> fields, std::string_view peer = "127.0.0.1") const {
    return door->hints(request(HintDoor::kHintsPath, "", fields, peer));
  }
  // Of a usual request for a page, with more fields.
  HttpResponse page(std::vector<HttpField> more = {}, std::string_view uri = "/first") const {
    for (const auto& each : std::initializer_list<HttpField>{
             {"X-Original-URI", uri}, {"Host", "www.example.org"}, {"X-Real-IP", "192.0.2.7"}})
      more.push_back(each);
    return hints(std::move(more));
  }
  std::string rules(std::string_view query, std::vector<HttpField> more = {}) const {
    more.push_back({"Host", "www.example.org"});
    const auto response = door->rules(request("/v1/speculation-rules", query, more, "127.0.0.1"));
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/speculationrules+json");
    return response.body;
  }
  double count(std::string_view result, std::string_view way = "hints") const {
    const Labels labels{{"result", std::string(result)}, {"way", std::string(way)}};
    for (const auto& sample : metrics.collect())
      if (sample.name == "harbinger_edge_hint_requests_total" && sample.labels == labels) return sample.value;
    return -1;
  }

  FakeClock clock;
  Metrics metrics;
  bool broken = false;
  std::vector<LikelyPage> pages{{"https://www.example.org/next", 0.6, 0}, {"https://www.example.org/maybe", 0.2, 0}};
  std::vector<std::string> clients, urls;
  std::shared_ptr<HintDoor> door;

 private:
  static HttpRequest request(std::string_view path, std::string_view query, std::span<const HttpField> fields,
                             std::string_view peer) {
    return {.path = path, .query = query, .peer = {IpAddress::parse(peer).value(), 4711}, .fields = fields};
  }
};

std::string field(const HttpResponse& response, std::string_view name) {
  for (const auto& [each, value] : response.fields)
    if (each == name) return value;
  return {};
}

bool is_silent(const HttpResponse& response) {
  return response.status == 204 && response.fields.empty() && response.body.empty();
}

const HttpField kChromium{"Sec-CH-UA", R"("Not:A-Brand";v="8", "Chromium";v="156")"};
const std::string kNoRules = "{\"prefetch\":[]}\n";

}  // namespace

TEST_CASE("a web server that is about to deliver a page is given the likely ones as fields") {
  World world;
  const auto response = world.page();
  CHECK(response.status == 200);
  CHECK(field(response, "Link") == "</next>; rel=prefetch, </maybe>; rel=prefetch");
  CHECK(field(response, "Speculation-Rules") == R"("/v1/speculation-rules?for=/first")");
  CHECK(world.clients == std::vector<std::string>{"192.0.2.7"});
  CHECK(world.urls == std::vector<std::string>{"https://www.example.org/first"});
  CHECK(world.count("hinted") == 1);
}

TEST_CASE("a browser that follows rules gets links only for what may not stand in rules") {
  World world;
  auto response = world.page({kChromium});
  CHECK(field(response, "Link").empty());
  CHECK_FALSE(field(response, "Speculation-Rules").empty());
  world.pages.push_back({"https://www.example.org/next.css", 0.55, 0});
  response = world.page({kChromium});
  CHECK(field(response, "Link") == "</next.css>; rel=prefetch");
  CHECK_FALSE(world.rules("for=/first").contains("css"));
  world.pages = {{"https://www.example.org/next.css", 0.55, 0}};
  CHECK(field(world.page(), "Speculation-Rules").empty());
  CHECK(field(world.page(), "Link") == "</next.css>; rel=prefetch");
}

TEST_CASE("rules are made for the page that is named, else for the one that the browser comes from") {
  World world;
  const std::string expected =
      R"({"prefetch":[{"source":"list","urls":["/next"],"eagerness":"immediate"},{"source":"list","urls":["/maybe"],"eagerness":"moderate"}]})"
      "\n";
  CHECK(world.rules("for=/a%20b") == expected);
  CHECK(world.rules("", {{"Referer", "https://www.example.org/here?token=secret"}, {"X-Real-IP", "2001:db8::7"}}) ==
        expected);
  CHECK(world.urls == std::vector<std::string>{"https://www.example.org/a%20b", "https://www.example.org/here"});
  CHECK(world.clients == std::vector<std::string>{"127.0.0.1", "2001:db8::7"});
  for (const auto* stranger : {"https://evil.example/here", "https://www.example.org.evil.example/", "nonsense", ""})
    CHECK(world.rules("", {{"Referer", stranger}}) == kNoRules);
  CHECK(world.urls.size() == 2);
  CHECK(world.count("malformed", "rules") == 4);
}

TEST_CASE("nothing is told of to browsers that save data, for prefetches, and for parts of pages") {
  World world;
  for (const auto& field : {HttpField{"Save-Data", "on"},
                            {"Save-Data", "ON"},
                            {"Sec-Purpose", "prefetch"},
                            {"Sec-Purpose", "prefetch;prerender"},
                            {"Purpose", "prefetch"}}) {
    CHECK(is_silent(world.page({field})));
    CHECK(world.rules("for=/first", {field}) == kNoRules);
  }
  CHECK(is_silent(world.page({{"Sec-Fetch-Dest", "image"}})));
  CHECK(world.urls.empty());
  CHECK(world.page({{"Save-Data", "off"}, {"Sec-Fetch-Dest", "document"}}).status == 200);
  CHECK((world.count("unwanted") == 5 && world.count("unwanted", "rules") == 5 && world.count("nothing") == 1));
}

TEST_CASE("a prefetched page says where its rules are, and nothing is looked up before it is shown") {
  World world;
  const auto response = world.page({kChromium, {"Sec-Purpose", "prefetch"}});
  CHECK(response.status == 200);
  CHECK(response.fields.size() == 1);
  CHECK(field(response, "Speculation-Rules") == R"("/v1/speculation-rules?for=/first")");
  CHECK((world.urls.empty() && world.count("later") == 1));
  CHECK(is_silent(world.page({kChromium, {"Sec-Purpose", "prefetch"}, {"Save-Data", "on"}})));
  CHECK(is_silent(world.page({kChromium, {"Sec-Purpose", "prefetch"}}, "//evil.example/")));
}

TEST_CASE("who is no web server of this machine speaks for himself and names no page") {
  World world;
  CHECK(is_silent(world.hints({{"X-Original-URI", "/first"}, {"Host", "www.example.org"}}, "203.0.113.9")));
  CHECK(world.urls.empty());
  HintDoorSettings settings;
  settings.trusted_proxies = {IpPrefix::parse("203.0.113.0/24").value()};
  World trusting(settings);
  const std::vector<HttpField> fields{{"X-Original-URI", "/first"},
                                      {"Host", "door.internal"},
                                      {"X-Forwarded-Host", "WWW.Example.org:80"},
                                      {"X-Forwarded-Proto", "http"},
                                      {"X-Real-IP", "192.0.2.7"}};
  trusting.pages = {{"http://www.example.org/next", 0.6, 0}};
  CHECK(trusting.hints(fields, "203.0.113.9").status == 200);
  CHECK(trusting.hints(fields, "203.0.113.10").status == 200);
  CHECK(trusting.urls[0] == "http://www.example.org/first");
  CHECK(trusting.clients == std::vector<std::string>{"192.0.2.7", "192.0.2.7"});
}

TEST_CASE("the likeliest come first, each once, and only those that are likely enough, small enough and harmless") {
  World world;
  world.pages = {{"https://www.example.org/unlikely", 0.09, 0},
                 {"https://www.example.org/second", 0.3, 5 << 20},
                 {"https://www.example.org/too-large-now", 0.25, 4 << 20},
                 {"https://www.example.org/best", 0.7, 1 << 20},
                 {"https://www.example.org/best", 0.6, 0},
                 {"https://www.example.org/first", 0.9, 0},
                 {"https://other.example/best", 0.9, 0},
                 {"https://www.example.org/user/Logout", 0.9, 0},
                 {"https://www.example.org/odd", std::nan(""), 0}};
  CHECK(field(world.page(), "Link") == "</best>; rel=prefetch, </second>; rel=prefetch");

  world.pages.clear();
  for (int i = 0; i < 20; ++i) world.pages.push_back({"https://www.example.org/" + std::to_string(i), 0.5, 0});
  const auto link = field(world.page(), "Link");
  CHECK(std::ranges::count(link, '<') == 8);
}

TEST_CASE("trouble is silence, and is counted") {
  World world;
  world.broken = true;
  CHECK(is_silent(world.page()));
  CHECK(world.rules("for=/first") == kNoRules);
  CHECK((world.count("failed") == 1 && world.count("failed", "rules") == 1));
  world.broken = false;
  CHECK(is_silent(world.hints({})));
  CHECK(is_silent(world.hints({{"X-Original-URI", "/first"}})));
  CHECK(is_silent(world.hints({{"X-Original-URI", "/first"}, {"Host", "a/b@c"}})));
  CHECK(is_silent(world.hints({{"X-Original-URI", "first"}, {"Host", "www.example.org"}})));
  CHECK(is_silent(world.page({}, "//evil.example/")));
  CHECK(is_silent(world.page({}, "/" + std::string(300, 'x'))));
  CHECK(is_silent(world.page({{"X-Real-IP", "unknown"}})));
  CHECK(world.count("malformed") == 7);
  world.pages.clear();
  CHECK(is_silent(world.page()));
  CHECK(world.count("nothing") == 1);
}

TEST_CASE("query strings are part of a page only where learning keeps them") {
  World world;
  world.page({}, "/first?q=1");
  HintDoorSettings settings;
  settings.keep_query = true;
  World keeping(settings);
  const auto response = keeping.page({}, "/first?q=1");
  CHECK(world.urls[0] == "https://www.example.org/first");
  CHECK(keeping.urls[0] == "https://www.example.org/first?q=1");
  CHECK(field(response, "Speculation-Rules") == R"("/v1/speculation-rules?for=/first%3Fq%3D1")");
  CHECK(keeping.rules("for=/first%3Fq%3D1").contains("/next"));
  CHECK(keeping.urls[1] == "https://www.example.org/first?q=1");
}

TEST_CASE("both paths are answered over HTTP") {
  World world;
  const auto server = HttpServer::listen(SocketAddress::parse("127.0.0.1:0").value()).value();
  const auto routes = serve_hints(*server, world.door, {});
  HttpClient client(server->address());
  client.send("GET /v1/hints HTTP/1.1\r\nHost: www.example.org\r\nX-Original-URI: /first\r\n\r\n");
  auto response = client.receive();
  CHECK(status_of(response) == 200);
  CHECK(response.contains("Link: </next>; rel=prefetch, </maybe>; rel=prefetch\r\n"));
  client.send("GET /v1/speculation-rules?for=/first HTTP/1.1\r\nHost: www.example.org\r\n\r\n");
  response = client.receive();
  CHECK(response.contains("Content-Type: application/speculationrules+json\r\n"));
  CHECK(response.contains("Cache-Control: private, no-store\r\n"));
  CHECK(body_of(response).contains("/next"));
}

TEST_CASE("a request for likely pages takes microseconds") {
  World world;
  constexpr int kTimes = 2000;
  const auto used = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto begin = used();
  int answered = 0;
  for (int i = 0; i < kTimes; ++i) answered += world.page({kChromium}).status == 200;
  const auto each = (used() - begin) / kTimes;
  INFO(each.count() << " ns each");
  CHECK(answered == kTimes);
  CHECK(each < 500us);  // sanitizers make it slow
}
