// The door and a real Varnish with the configuration of examples/edge.
#include "edge/hint_door.h"

#include "tests/lib/edge/example_caches.h"
#include "tests/support/peers.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;

namespace {

std::string film(const ExampleVarnish& varnish, std::string_view range, std::string_view path = "/film.mp4",
                 std::string_view more = "") {
  return http_get_with(varnish.address(), path, "Range: bytes=" + std::string(range) + "\r\n" + std::string(more));
}

}  // namespace

TEST_CASE("Varnish says where the rules are, and the door makes them for the page that a browser comes from") {
  if (!installed({"varnishd", "varnishncsa"})) return;
  const Scratch scratch;
  Origin origin;
  origin.add("/first", "first");
  Metrics metrics;
  std::vector<std::string> asked;
  const auto server = HttpServer::listen(loopback(0)).value();
  const auto routes =
      serve_hints(*server,
                  HintDoor::make({.scheme = "http"}, {&system_clock(), &metrics},
                                 [&](const IpAddress& client, std::string_view url, std::size_t) {
                                   asked.push_back(client.to_string() + " " + std::string(url));
                                   return std::vector<LikelyPage>{{"http://www.example.org/next", 0.8, 0}};
                                 }),
                  {});
  const ExampleVarnish varnish(scratch, origin.address(), server->address());

  for (const auto* cache : {"MISS", "HIT"}) {
    const auto page = http_get_with(varnish.address(), "/first", "");
    INFO(page);
    CHECK((status_of(page) == 200 && body_of(page) == "first"));
    CHECK(page.contains("\r\nSpeculation-Rules: \"/v1/speculation-rules\"\r\n"));
    CHECK(page.contains("\r\nX-Cache: " + std::string(cache) + "\r\n"));
  }
  CHECK_FALSE(http_get_with(varnish.address(), "/first", "Save-Data: on\r\n").contains("\r\nSpeculation-Rules:"));

  // Nobody outside may say who the client is.
  const auto rules = http_get_with(varnish.address(), "/v1/speculation-rules",
                                   "Referer: http://www.example.org/first\r\nX-Real-IP: 192.0.2.7\r\n");
  CHECK(rules.contains("Content-Type: application/speculationrules+json\r\n"));
  CHECK(body_of(rules).contains(R"("urls":["/next"])"));
  CHECK(asked == std::vector<std::string>{"127.0.0.1 http://www.example.org/first"});
}

TEST_CASE("Varnish keeps closed ranges as pieces, and its log says what the edge wants to know") {
  if (!installed({"varnishd", "varnishncsa"})) return;
  const Scratch scratch;
  const Origin origin;
  const ExampleVarnish varnish(scratch, origin.address(), loopback(free_port()));
  const auto before = origin.asked().size();
  for (const auto* cache : {"MISS", "HIT"}) {
    const auto part = film(varnish, "65536-131071", "/film.mp4",
                           cache == std::string_view("MISS") ? "Sec-Purpose: prefetch\r\n" : "");
    CHECK((status_of(part) == 206 && body_of(part).size() == 65536));
    CHECK(part.contains("\r\nContent-Range: bytes 65536-131071/3145728\r\n"));
    CHECK(part.contains("\r\nX-Cache: " + std::string(cache) + "\r\n"));
  }
  const auto rest = film(varnish, "3000000-");
  CHECK((status_of(rest) == 206 && body_of(rest).size() == Origin::kFilm - 3000000));
  const auto asked = origin.asked();
  CHECK(std::vector(asked.begin() + static_cast<std::ptrdiff_t>(before), asked.end()) ==
        std::vector<std::string>{"/film.mp4 [bytes=65536-131071] [prefetch]", "/film.mp4"});

  REQUIRE(wait_until([&] { return varnish.log().contains("3000000-"); }));
  const auto log = varnish.log();
  INFO(log);
  CHECK_THAT(
      log,
      Catch::Matchers::Matches(
          R"re((?:.|\n)*127\.0\.0\.1 - - \[[^\]]+\] "GET http://www.example.org/film.mp4 HTTP/1.1" 206 65536 "-" "-" )re"
          R"re("www.example.org" \d+\.\d{6} MISS "bytes=65536-131071" "prefetch"\n(?:.|\n)*)re"));
  CHECK(log.contains(R"( HIT "bytes=65536-131071" "-")"));
}

TEST_CASE("of an origin that knows no ranges, Varnish keeps the whole once and cuts it") {
  if (!installed({"varnishd", "varnishncsa"})) return;
  const Scratch scratch;
  Origin origin;
  origin.add("/whole", std::string(100'000, 'w'));
  const ExampleVarnish varnish(scratch, origin.address(), loopback(free_port()));
  for (const auto* range : {"0-99", "0-99", "200-299", "200-299"}) {
    const auto part = film(varnish, range, "/whole");
    INFO(part.substr(0, 500));
    CHECK((status_of(part) == 206 && body_of(part) == std::string(100, 'w')));
    CHECK(part.contains("\r\nContent-Range: bytes " + std::string(range) + "/100000\r\n"));
  }
  const auto asked = origin.asked();
  CHECK(std::ranges::count(asked, "/whole") == 1);
  CHECK(std::ranges::count_if(asked, [](const auto& each) { return each.starts_with("/whole ["); }) == 2);
}
