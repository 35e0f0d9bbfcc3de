// A real Varnish is warmed.
#include "edge/fetcher.h"

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

// Two numbers: this request's, and that of the one which filled the cache.
bool is_hit(const std::string& response) {
  const auto at = response.find("X-Varnish: ");
  return at != response.npos && response.substr(at + 11, response.find("\r\n", at) - at - 11).contains(' ');
}

}  // namespace

TEST_CASE("what was fetched through Varnish is there for a client, whole or in parts") {
  if (!installed({"varnishd"})) return;
  WebOrigin origin;
  VarnishCache cache(origin.address());
  Fetcher::Settings settings;
  settings.cache = cache.address();
  settings.host_of_origin = "test";
  const auto fetcher = Fetcher::start(settings, {.clock = &system_clock()}).value();
  ToldJobs told;

  fetcher->offer({.id = 1, .resource = "http://test/page/5000.html"}, told.listener());
  const auto whole = told.wait_for(1);
  CHECK(whole.outcome == Became::fetched);
  CHECK(whole.bytes == 5000);
  const auto page = cache.get("/page/5000.html");
  CHECK(is_hit(page));
  CHECK(body_of(page).size() == 5000);

  // Varnish fetches the whole for a part, and then has every other part.
  fetcher->offer({.id = 2, .resource = "/film/1000000.mp4#65536+65536"}, told.listener());
  const auto part = told.wait_for(2);
  CHECK(part.outcome == Became::fetched);
  CHECK(part.bytes == 65'536);
  const auto range = cache.get("/film/1000000.mp4", "Range: bytes=65536-131071\r\n");
  CHECK(status_of(range) == 206);
  CHECK(is_hit(range));
  CHECK(body_of(range).size() == 65'536);
  CHECK(origin.count("/film/1000000.mp4") == 1);

  // What it had already is told so.
  cache.get("/before");
  fetcher->offer({.id = 3, .resource = "/before"}, told.listener());
  CHECK(told.wait_for(3).outcome == Became::cached);
}

TEST_CASE("an origin that Varnish cannot reach is trouble") {
  if (!installed({"varnishd"})) return;
  WebOrigin origin;
  VarnishCache cache(SocketAddress::parse("127.0.0.1:" + std::to_string(free_port())).value());
  Fetcher::Settings settings;
  settings.cache = cache.address();
  settings.host_of_origin = "test";
  const auto fetcher = Fetcher::start(settings, {.clock = &system_clock()}).value();
  ToldJobs told;
  for (std::uint64_t id = 1; id <= 10; ++id)
    fetcher->offer({.id = id, .resource = "/a/" + std::to_string(id)}, told.listener());
  const auto first_failed = wait_until([&] { return told.count(Became::failed) > 0; });
  CHECK(first_failed);
  CHECK(wait_until([&] { return fetcher->state().in_trouble; }));
}
