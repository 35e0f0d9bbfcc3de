#include "edge/fetch_verdict.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::edge;
using namespace std::chrono_literals;
using Became = JobDone::Outcome;

namespace {

const std::chrono::system_clock::time_point kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26);
const ByteRange kPart{.offset = 100, .length = 50};

FetchVerdict whole(const ResponseHead& head) { return judge(head, std::nullopt, kNow); }
FetchVerdict part(const ResponseHead& head) { return judge(head, kPart, kNow); }

}  // namespace

TEST_CASE("a good response has filled the cache") {
  const auto verdict = whole({.status = 200, .length = 7, .cache_control = "max-age=5"});
  CHECK(verdict.outcome == Became::fetched);
  CHECK(verdict.fresh_for == 5s);
  CHECK(verdict.whole_bytes == 7);
  CHECK(part({.status = 206, .content_range = "bytes 100-149/1000"}).outcome == Became::fetched);
  CHECK(part({.status = 206, .content_range = "bytes 100-149/1000"}).whole_bytes == 1000);
  CHECK(part({.status = 206, .content_range = "bytes 100-149/*"}).outcome == Became::fetched);
}

TEST_CASE("a cache says in several ways that it had it already") {
  const auto outcome = [](ResponseHead head) {
    head.status = 200;
    return whole(head).outcome;
  };
  CHECK(outcome({.x_cache_status = "HIT"}) == Became::cached);
  CHECK(outcome({.x_cache_status = "Hit from cloud"}) == Became::cached);
  CHECK(outcome({.x_cache_status = "STALE"}) == Became::cached);
  CHECK(outcome({.x_cache_status = "MISS"}) == Became::fetched);
  CHECK(outcome({.x_cache_status = "EXPIRED"}) == Became::fetched);
  CHECK(outcome({.x_varnish = "32770 3"}) == Became::cached);
  CHECK(outcome({.age = "0", .x_varnish = "32770"}) == Became::fetched);
  CHECK(outcome({.age = "7"}) == Became::cached);
  CHECK(outcome({.age = "0"}) == Became::fetched);
  CHECK(outcome({.cache_status = "far; hit, near; fwd=miss; stored"}) == Became::fetched);
  CHECK(outcome({.cache_status = "far; fwd=miss, near; hit; ttl=30"}) == Became::cached);
  CHECK(whole({.status = 304}).outcome == Became::cached);
}

TEST_CASE("the age of what a cache behind ours kept does not make it our hit") {
  CHECK(whole({.status = 200, .age = "7", .x_cache_status = "MISS"}).outcome == Became::fetched);
  CHECK(whole({.status = 200, .age = "7", .x_varnish = "5"}).outcome == Became::fetched);
}

TEST_CASE("what the cache does not keep is not fetched again soon") {
  CHECK(whole({.status = 200, .cache_control = "no-store"}).outcome == Became::refused);
  CHECK(whole({.status = 200, .sets_cookie = true}).outcome == Became::refused);
  CHECK(whole({.status = 200, .vary = "*"}).outcome == Became::refused);
  CHECK(whole({.status = 200, .x_cache_status = "BYPASS"}).outcome == Became::refused);
  CHECK_FALSE(whole({.status = 200, .cache_control = "no-store"}).why.empty());
  // Unless it does: its rules are its own.
  CHECK(whole({.status = 200, .cache_control = "no-store", .x_cache_status = "HIT"}).outcome == Became::cached);
}

TEST_CASE("a cache that ignores the range gives the whole, of which enough is read") {
  const auto verdict = part({.status = 200, .length = 10'000});
  CHECK(verdict.outcome == Became::fetched);
  CHECK(verdict.ignored_range);
  CHECK(verdict.enough == 150);
  CHECK_FALSE(whole({.status = 200}).ignored_range);
}

TEST_CASE("a range that was not asked for is trouble of the origin") {
  for (const std::string wrong : {"", "bytes 0-49/1000", "bytes 100-99/1000", "bytes 100-149/120", "items 100-149/1000",
                                  "bytes 100-149/", "bytes 99999999999999999999-1/1"}) {
    const auto verdict = part({.status = 206, .content_range = wrong});
    CHECK(verdict.outcome == Became::failed);
    CHECK(verdict.origin_in_trouble);
  }
  CHECK(whole({.status = 206, .content_range = "bytes 0-9/10"}).outcome == Became::failed);
}

TEST_CASE("who cannot answer now is left alone, for as long as it asks but a minute at most") {
  for (const unsigned status : {408U, 429U, 500U, 502U, 503U, 504U}) {
    CHECK(whole({.status = status}).outcome == Became::failed);
    CHECK(whole({.status = status}).origin_in_trouble);
  }
  CHECK(whole({.status = 503, .retry_after = "7"}).pause == 7s);
  CHECK(whole({.status = 503, .retry_after = "86400"}).pause == 60s);
  CHECK(whole({.status = 503, .retry_after = "Sun, 06 Nov 1994 08:49:37 GMT"}).pause == 0s);
}

TEST_CASE("what is not there is refused, and its host not blamed") {
  for (const unsigned status : {301U, 302U, 400U, 401U, 403U, 404U, 410U, 416U}) {
    CHECK(whole({.status = status}).outcome == Became::refused);
    CHECK_FALSE(whole({.status = status}).origin_in_trouble);
  }
  CHECK(whole({.status = 404}).why == "status 404");
  CHECK(whole({.status = 101}).outcome == Became::failed);
  CHECK(whole({.status = 999}).outcome == Became::failed);
}
