#include <catch2/catch.hpp>

#include "edge/access_line.h"

using namespace harbinger;
using namespace harbinger::edge;
using Cache = EdgeAccess::Cache;

namespace {

EdgeAccess read(std::string_view line, std::string site = "http://www.example.org") {
  EdgeAccess access;
  const auto done = AccessLines(std::move(site)).read(line, access);
  if (!done) throw std::runtime_error(done.error().message);
  return access;
}

std::string fault(std::string_view line, std::string site = {}) {
  EdgeAccess access;
  const auto done = AccessLines(std::move(site)).read(line, access);
  return done ? "" : done.error().message;
}

}  // namespace

TEST_CASE("a line of the edge's format tells who wanted what, and how it was answered") {
  const auto access = read(
      R"(192.0.2.7 - - [26/Nov/2026:15:00:00 +0000] "GET /a/b?c=1 HTTP/1.1" 200 5120 "-" "Mozilla/5.0" "CDN.Example.org" 0.084 MISS "-" "-" 12500)");
  CHECK(access.client == IpAddress::parse("192.0.2.7").value());
  CHECK(access.resource == "http://cdn.example.org/a/b?c=1");
  CHECK(access.status == 200);
  CHECK(access.outcome == Outcome::served);
  CHECK(access.bytes == 5120);
  CHECK(access.took_us == 84'000);
  CHECK(access.cache == Cache::miss);
  CHECK(access.rtt_ms == Approx(12.5));
  CHECK(access.keepable());
  CHECK_FALSE(access.prefetch);
}

TEST_CASE("a plain combined line is enough, with the site from the settings") {
  const auto access =
      read(R"(192.0.2.7 - frank [26/Nov/2026:15:00:00 +0000] "GET /index.html HTTP/1.0" 304 0 "http://x/" "curl/7")");
  CHECK(access.resource == "http://www.example.org/index.html");
  CHECK(access.cache == Cache::unknown);
  CHECK(access.took_us == 0);
  CHECK(access.keepable());
}

TEST_CASE("Varnish logs whole URLs") {
  const auto access = read(
      R"(192.0.2.7 - - [x] "GET http://Shop.example/a?b HTTP/1.1" 200 5 "-" "-" "Shop.example" 0.000084 HIT "-" "-")");
  CHECK(access.resource == "http://shop.example/a?b");
  CHECK(access.cache == Cache::hit);
  CHECK(read(R"(192.0.2.7 - - [x] "GET http://shop.example HTTP/1.1" 200 5 "-" "-")").resource ==
        "http://shop.example/");
}

TEST_CASE("a range makes a part of the resource") {
  const auto with_range = [](const std::string& range) {
    return read(R"(192.0.2.7 - - [x] "GET /film.mp4 HTTP/1.1" 206 65536 "-" "-" "h" 0.1 HIT ")" + range + R"(" "-")");
  };
  const auto access = with_range("bytes=65536-131071");
  CHECK(access.resource == "http://h/film.mp4#65536+65536");
  CHECK(access.outcome == Outcome::from_cache);
  CHECK(with_range("bytes=100-").resource == "http://h/film.mp4#100+0");
  for (const auto* whole :
       {"-", "bytes=-500", "bytes=0-1,5-9", "bytes=9-3", "bytes=0-18446744073709551615", "lines=1-2"})
    CHECK(with_range(whole).resource == "http://h/film.mp4");
}

TEST_CASE("what foresight fetched is no client's wish") {
  CHECK(
      read(R"(192.0.2.7 - - [x] "GET / HTTP/1.1" 200 1 "-" "Mozilla" "h" 0.1 MISS "-" "prefetch;prerender")").prefetch);
  CHECK(read(R"(127.0.0.1 - - [x] "GET / HTTP/1.1" 200 1 "-" "harbinger-edge/0.1" "h" 0.1 MISS "-" "-")").prefetch);
}

TEST_CASE("what is not there, forbidden or broken is told apart") {
  const auto outcome = [](const std::string& status) {
    return read("192.0.2.7 - - [x] \"GET / HTTP/1.1\" " + status + " 0 \"-\" \"-\"").outcome;
  };
  CHECK(outcome("404") == Outcome::not_found);
  CHECK(outcome("403") == Outcome::refused);
  CHECK(outcome("502") == Outcome::failed);
}

TEST_CASE("a line that is of no use says what would be right") {
  CHECK_THAT(fault(""), Catch::Contains("expected `client"));
  CHECK_THAT(fault("192.0.2.7 - - [x] \"GET / HTTP/1.1\" ok 0", "h"), Catch::Contains("three digits"));
  CHECK_THAT(fault("192.0.2.7 - - [x] \"GET / HTTP/1.1\" 200 0"), Catch::Contains("a host"));
  CHECK_THAT(fault("192.0.2.7 - - [x] \"\\x16\\x03\" 400 0", "h"), Catch::Contains("a request such as"));
  CHECK_THAT(fault("192.0.2.7 - - [x] \"CONNECT a:443 HTTP/1.1\" 400 0", "h"), Catch::Contains("a request such as"));
  CHECK_THAT(fault(R"(1.2.3.4 - - [x] "GET / HTTP/1.1" 200 1 "-" "-" "bad host\"" 0.1)"), Catch::Contains("a host"));
}
