// The door and a real nginx with the configuration of examples/edge.
#include "edge/hint_door.h"

#include <atomic>
#include <condition_variable>

#include "tests/lib/edge/example_caches.h"
#include "tests/support/peers.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kRulesHead = "Content-Type: application/speculationrules+json\r\n";

// A door on a port of its own that finds two pages likely, and what it was asked.
struct Door {
  Door() {
    auto made = HintDoor::make({}, {&system_clock(), &metrics},
                               [this](const IpAddress& client, std::string_view url, std::size_t) {
                                 const std::lock_guard lock(mutex);
                                 asked.push_back(client.to_string() + " " + std::string(url));
                                 return std::vector<LikelyPage>{{"http://www.example.org/next", 0.8, 0},
                                                                {"http://www.example.org/maybe", 0.2, 0}};
                               });
    routes = serve_hints(*server, std::move(made), {});
  }
  std::string last() {
    const std::lock_guard lock(mutex);
    return asked.empty() ? "" : asked.back();
  }

  Metrics metrics;
  std::mutex mutex;
  std::vector<std::string> asked;
  std::unique_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  std::vector<HttpServer::Route> routes;
};

// Something at the door's port that does as it likes.
struct OddDoor {
  explicit OddDoor(HttpServer::Handler handler) : route(server->route("/v1/hints", std::move(handler))) {}
  std::unique_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  HttpServer::Route route;
};

bool is_plain_page(const std::string& response) {
  INFO(response);
  return status_of(response) == 200 && body_of(response) == "first" && !response.contains("\r\nLink:") &&
         !response.contains("\r\nSpeculation-Rules:");
}

}  // namespace

TEST_CASE("nginx delivers pages with what the door finds likely, from its cache too") {
  if (!installed({"nginx"})) return;
  const Scratch scratch;
  Origin origin;
  origin.add("/first", "first");
  Door door;
  const ExampleNginx nginx(scratch, origin.address(), door.server->address());
  for (const auto* cache : {"MISS", "HIT"}) {
    const auto response = http_get_with(nginx.address(), "/first?q=1", "Cookie: secret=1\r\n");
    INFO(response);
    CHECK((status_of(response) == 200 && body_of(response) == "first"));
    CHECK(response.contains("\r\nLink: </next>; rel=prefetch, </maybe>; rel=prefetch\r\n"));
    CHECK(response.contains("\r\nSpeculation-Rules: \"/v1/speculation-rules?for=/first\"\r\n"));
    CHECK(response.contains("\r\nX-Cache: " + std::string(cache) + "\r\n"));
    CHECK(door.last() == "127.0.0.1 http://www.example.org/first");
  }
  CHECK(origin.asked() == std::vector<std::string>{"/first?q=1"});

  const auto chromium = http_get_with(nginx.address(), "/first?q=1", "Sec-CH-UA: \"Chromium\";v=\"156\"\r\n");
  CHECK((chromium.contains("\r\nSpeculation-Rules:") && !chromium.contains("\r\nLink:")));
  for (const auto* field : {"Save-Data: on\r\n", "Sec-Purpose: prefetch\r\n", "Sec-Fetch-Dest: image\r\n"})
    CHECK(is_plain_page(http_get_with(nginx.address(), "/first?q=1", field)));
}

TEST_CASE("browsers fetch the rules of a page through nginx") {
  if (!installed({"nginx"})) return;
  const Scratch scratch;
  const Origin origin;
  Door door;
  const ExampleNginx nginx(scratch, origin.address(), door.server->address());
  auto rules = http_get_with(nginx.address(), "/v1/speculation-rules?for=/first", "");
  CHECK((rules.contains(kRulesHead) && body_of(rules).contains(R"("urls":["/next"],"eagerness":"immediate")")));
  CHECK(door.last() == "127.0.0.1 http://www.example.org/first");
  rules = http_get_with(nginx.address(), "/v1/speculation-rules", "Referer: http://www.example.org/here\r\n");
  CHECK((rules.contains(kRulesHead) && body_of(rules).contains("/next")));
  CHECK(door.last() == "127.0.0.1 http://www.example.org/here");
  CHECK(origin.asked().empty());
}

TEST_CASE("pages come as ever while the door is away, answers with errors, or hangs") {
  if (!installed({"nginx"})) return;
  Origin origin;
  origin.add("/first", "first");
  {
    const Scratch scratch;
    const ExampleNginx nginx(scratch, origin.address(), loopback(free_port()));
    for (int i = 0; i < 3; ++i) CHECK(is_plain_page(http_get_with(nginx.address(), "/first", "")));
    CHECK(status_of(http_get_with(nginx.address(), "/v1/speculation-rules?for=/first", "")) == 204);
  }
  {
    const Scratch scratch;
    std::atomic<unsigned> status = 0;
    OddDoor door([&](const HttpRequest&) { return HttpResponse{.status = status, .body = "trouble"}; });
    const ExampleNginx nginx(scratch, origin.address(), door.server->address());
    for (const unsigned each : {302U, 400U, 401U, 403U, 404U, 429U, 431U, 500U, 503U}) {
      status = each;
      INFO(each);
      CHECK(is_plain_page(http_get_with(nginx.address(), "/first", "")));
    }
  }
  {
    const Scratch scratch;
    std::mutex mutex;
    std::condition_variable released;
    bool is_over = false;
    int waiting = 0;
    OddDoor door([&](const HttpRequest&) {
      std::unique_lock lock(mutex);
      ++waiting;
      released.wait(lock, [&] { return is_over; });
      return HttpResponse{.status = 204, .body = {}};
    });
    const ExampleNginx nginx(scratch, origin.address(), door.server->address(), false);
    for (int i = 0; i < 10; ++i) CHECK(is_plain_page(http_get_with(nginx.address(), "/first", "")));
    CHECK(wait_until([&] {
      const std::lock_guard lock(mutex);
      return waiting == 1;
    }));
    const std::lock_guard lock(mutex);
    is_over = true;
    released.notify_all();
  }
}

TEST_CASE("nginx keeps films in pieces, and its log says what the edge wants to know") {
  if (!installed({"nginx"})) return;
  const Scratch scratch;
  Origin origin;
  origin.add("/first", "first");
  Door door;
  const ExampleNginx nginx(scratch, origin.address(), door.server->address());
  const auto ask = [&](const char* range, const char* more = "") {
    return http_get_with(nginx.address(), "/film.mp4", "Range: bytes=" + std::string(range) + "\r\n" + more);
  };
  auto part = ask("1048576-1048675", "Sec-Purpose: prefetch\r\n");
  CHECK((status_of(part) == 206 && body_of(part).size() == 100));
  CHECK(part.contains("\r\nContent-Range: bytes 1048576-1048675/3145728\r\n"));
  part = ask("1048600-1049599");
  CHECK((status_of(part) == 206 && body_of(part).size() == 1000 && part.contains("\r\nX-Cache: HIT\r\n")));
  CHECK(origin.asked() == std::vector<std::string>{"/film.mp4 [bytes=1048576-2097151] [prefetch]"});
  CHECK(body_of(http_get_with(nginx.address(), "/film.mp4", "")).size() == Origin::kFilm);
  CHECK(origin.asked().size() == 3);
  http_get_with(nginx.address(), "/first", "User-Agent: curl/8.5.0\r\nReferer: http://www.example.org/\r\n");

  REQUIRE(wait_until([&] { return std::ranges::count(nginx.log(), '\n') == 4; }));
  const auto log = nginx.log();
  INFO(log);
  const auto line = [](const char* request, const char* rest) {
    return Catch::Matchers::Matches(R"((?:.|\n)*127\.0\.0\.1 - - \[[^\]]+\] "GET )" + std::string(request) +
                                    R"( HTTP/1.1" )" + rest + R"((?:.|\n)*)");
  };
  CHECK_THAT(log,
             line("/film.mp4",
                  R"re(206 100 "-" "-" "www.example.org" \d+\.\d{3} MISS "bytes=1048576-1048675" "prefetch" \d+\n)re"));
  CHECK_THAT(log, line("/film.mp4",
                       R"re(206 1000 "-" "-" "www.example.org" \d+\.\d{3} HIT "bytes=1048600-1049599" "-" \d+\n)re"));
  CHECK_THAT(
      log, line("/first",
                R"re(200 5 "http://www.example.org/" "curl/8.5.0" "www.example.org" \d+\.\d{3} MISS "-" "-" \d+\n)re"));
}
