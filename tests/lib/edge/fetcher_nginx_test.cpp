// A real nginx is warmed: proxy_cache, with slice and without.
#include "edge/fetcher.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/http_client.h"
#include "tests/support/peers.h"
#include "tests/support/told_jobs.h"
#include "tests/support/web_cache.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Became = JobDone::Outcome;

namespace {

std::unique_ptr<Fetcher> warm(const WebCache& cache, std::chrono::milliseconds patience = 5s) {
  Fetcher::Settings settings;
  settings.cache = cache.address();
  settings.patience = patience;
  settings.host_of_origin = "test";
  return Fetcher::start(settings, {.clock = &system_clock()}).value();
}

bool is_hit(std::string_view response) { return response.find("X-Cache-Status: HIT\r\n") != response.npos; }

JobDone fetch(Fetcher& fetcher, const std::string& resource) {
  static std::uint64_t id = 0;
  ToldJobs told;
  fetcher.offer({.id = ++id, .resource = resource}, told.listener());
  return told.wait_for(id);
}

}  // namespace

TEST_CASE("what was fetched through nginx is there for a client") {
  if (!installed({"nginx"})) return;
  WebOrigin origin;
  NginxCache cache(origin.address());
  const auto fetcher = warm(cache);
  const auto done = fetch(*fetcher, "http://test/page/5000.html");
  CHECK(done.outcome == Became::fetched);
  CHECK(done.bytes == 5000);
  const auto response = cache.get("/page/5000.html");
  CHECK(is_hit(response));
  CHECK(body_of(response).size() == 5000);
  CHECK(origin.count("/page/5000.html") == 1);
  CHECK_THAT(cache.access_log(), Catch::Contains("|prefetch|"));
}

TEST_CASE("a part that was fetched through nginx is there for a client") {
  if (!installed({"nginx"})) return;
  WebOrigin origin;
  NginxCache cache(origin.address());
  const auto fetcher = warm(cache);
  const auto done = fetch(*fetcher, "http://test/film/1000000.mp4#131072+65536");
  CHECK(done.outcome == Became::fetched);
  CHECK(done.bytes == 65'536);
  CHECK(origin.requests() == std::vector<std::string>{"GET /film/1000000.mp4 bytes=131072-196607"});

  const auto part = cache.get("/film/1000000.mp4", "Range: bytes=131072-196607\r\n");
  CHECK(status_of(part) == 206);
  CHECK(is_hit(part));
  CHECK(body_of(part).size() == 65'536);
  CHECK_FALSE(is_hit(cache.get("/film/1000000.mp4", "Range: bytes=0-65535\r\n")));
  CHECK(origin.requests().size() == 2);
}

TEST_CASE("all slices of a whole resource are there for a client") {
  if (!installed({"nginx"})) return;
  WebOrigin origin;
  NginxCache cache(origin.address());
  const auto fetcher = warm(cache);
  CHECK(fetch(*fetcher, "/film/300000.mp4").outcome == Became::fetched);
  const auto before = origin.requests().size();
  CHECK(before == 5);
  CHECK(is_hit(cache.get("/film/300000.mp4", "Range: bytes=262144-299999\r\n")));
  CHECK(is_hit(cache.get("/film/300000.mp4")));
  CHECK(origin.requests().size() == before);
}

TEST_CASE("what nginx had already is told so") {
  if (!installed({"nginx"})) return;
  WebOrigin origin;
  NginxCache cache(origin.address());
  CHECK_FALSE(is_hit(cache.get("/a")));
  const auto fetcher = warm(cache);
  CHECK(fetch(*fetcher, "/a").outcome == Became::cached);
  CHECK(origin.requests().size() == 1);
}

TEST_CASE("what nginx does not keep is asked for once a minute at most") {
  if (!installed({"nginx"})) return;
  WebOrigin origin;
  origin.say("Cache-Control: no-store\r\n");
  NginxCache cache(origin.address(), {.slice = ""});
  const auto fetcher = warm(cache);
  for (int i = 0; i < 5; ++i) CHECK(fetch(*fetcher, "/a").outcome == Became::refused);
  CHECK(origin.requests().size() == 1);
}

TEST_CASE("an nginx that refuses ranges is given one job for all parts") {
  if (!installed({"nginx"})) return;
  WebOrigin origin;
  NginxCache cache(origin.address(), {.slice = "", .ranges = false});
  const auto fetcher = warm(cache);
  const auto first = fetch(*fetcher, "/film/1000000.mp4#0+65536");
  CHECK(first.outcome == Became::fetched);
  CHECK(first.bytes == 65'536);
  // nginx itself has gone on to the end: another part finds it there, whole.
  CHECK(wait_until([&] {
    const auto outcome = fetch(*fetcher, "/film/1000000.mp4#65536+65536").outcome;
    return outcome == Became::cached || outcome == Became::fetched;
  }));
  CHECK(fetch(*fetcher, "/film/1000000.mp4#131072+65536").outcome == Became::cached);
  CHECK(is_hit(cache.get("/film/1000000.mp4")));
  CHECK(origin.bytes_sent() < 2'100'000);
}

TEST_CASE("jobs wait for an nginx that was killed, and go on when it is back") {
  if (!installed({"nginx"})) return;
  WebOrigin origin;
  NginxCache cache(origin.address());
  const auto fetcher = warm(cache);
  CHECK(fetch(*fetcher, "/a/1").outcome == Became::fetched);
  cache.kill();
  CHECK(wait_until([&] { return fetch(*fetcher, "/a/2").outcome == Became::failed && fetcher->state().in_trouble; }));
  ToldJobs told;
  for (std::uint64_t id = 1; id <= 20; ++id)
    fetcher->offer({.id = id, .resource = "/back/" + std::to_string(id)}, told.listener());
  cache.start();
  REQUIRE(wait_until([&] { return told.size() == 20; }));
  // Those that went out to see whether it is back may have failed.
  CHECK(told.count(Became::fetched) >= 16);
  CHECK(told.count(Became::fetched) + told.count(Became::failed) == 20);
  CHECK_FALSE(fetcher->state().in_trouble);
}

TEST_CASE("an origin that hangs costs one job at a time, and its return is noticed") {
  if (!installed({"nginx"})) return;
  WebOrigin origin;
  origin.hang(true);
  NginxCache cache(origin.address(), {.proxy_read_timeout = "1s"});
  const auto fetcher = warm(cache, 200ms);
  ToldJobs told;
  for (std::uint64_t id = 1; id <= 50; ++id)
    fetcher->offer({.id = id, .resource = "/a/" + std::to_string(id)}, told.listener());
  REQUIRE(wait_until([&] { return fetcher->state().in_trouble; }));
  CHECK(told.count(Became::failed) <= 4);
  origin.hang(false);
  REQUIRE(wait_until([&] { return told.size() == 50; }));
  CHECK(told.count(Became::fetched) >= 44);
  CHECK_FALSE(fetcher->state().in_trouble);
}

TEST_CASE("a page that varies with the encoding is kept for the browsers' one") {
  if (!installed({"nginx"})) return;
  WebOrigin origin;
  origin.say("Cache-Control: max-age=600\r\nVary: Accept-Encoding\r\n");
  NginxCache cache(origin.address(), {.slice = ""});
  const auto fetcher = warm(cache);
  CHECK(fetch(*fetcher, "/a").outcome == Became::fetched);
  CHECK(is_hit(cache.get("/a", "Accept-Encoding: gzip, deflate, br, zstd\r\n")));
  CHECK_FALSE(is_hit(cache.get("/a", "Accept-Encoding: identity\r\n")));
}
