#include "edge/freshness.h"

#include <catch2/catch.hpp>

using namespace harbinger::edge;
using namespace std::chrono_literals;

namespace {

const std::chrono::system_clock::time_point kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 26) + 12h;

auto by(std::string_view cache_control, std::string_view age = "") {
  return fresh_for({.cache_control = cache_control, .age = age}, kNow);
}

}  // namespace

TEST_CASE("a response is fresh for as long as it says, less its age") {
  CHECK(by("max-age=600") == 600s);
  CHECK(by("public, Max-Age=600", "100") == 500s);
  CHECK(by("max-age=600", "700") == 0s);
  CHECK(by("max-age=\"60\"") == 60s);
  CHECK(by("max-age=60, s-maxage=5") == 5s);
  CHECK(by("max-age=60, max-age=5") == 60s);
  CHECK_FALSE(by("public").has_value());
  CHECK_FALSE(by("").has_value());
}

TEST_CASE("what may not be kept is not fresh at all") {
  CHECK(by("no-store") == 0s);
  CHECK(by("max-age=60, private") == 0s);
  CHECK(by("NO-CACHE, max-age=60") == 0s);
  // Only the fields that are named.
  CHECK(by("private=\"set-cookie, no-store\", max-age=60") == 60s);
  CHECK(by("x=\"no-store, max-age=1\", max-age=60") == 60s);
}

TEST_CASE("nonsense in Cache-Control is stale, and ends") {
  CHECK(by("max-age=abc") == 0s);
  CHECK(by("max-age=-1") == 0s);
  CHECK(by("max-age=99999999999999999999999") == std::chrono::seconds(std::int64_t{1} << 31));
  CHECK_FALSE(by("=,,;\"\\").has_value());
  CHECK_FALSE(by("\"max-age=1").has_value());
}

TEST_CASE("Expires counts from Date, and a date that is none is in the past") {
  const auto expires = [](std::string_view until, std::string_view date, std::string_view control = "") {
    return fresh_for({.cache_control = control, .age = "", .expires = until, .date = date}, kNow);
  };
  CHECK(expires("Thu, 26 Nov 2026 13:00:00 GMT", "Thu, 26 Nov 2026 12:30:00 GMT") == 1800s);
  CHECK(expires("Thu, 26 Nov 2026 13:00:00 GMT", "") == 3600s);
  CHECK(expires("Thu, 26 Nov 2026 11:00:00 GMT", "") == 0s);
  CHECK(expires("0", "") == 0s);
  CHECK(expires("0", "", "max-age=9") == 9s);
}

TEST_CASE("dates are read as RFC 9110 writes them") {
  using std::chrono::sys_days;
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") ==
        sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 37s);
  for (const auto* bad :
       {"", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Xxx 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"})
    CHECK_FALSE(parse_http_date(bad).has_value());
}
