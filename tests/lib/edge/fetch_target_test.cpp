#include "edge/fetch_target.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::edge;

namespace {

std::string key_of(std::string_view resource, std::string_view host = "origin.test") {
  const auto target = read_target(resource, host);
  return target ? target->key() : "refused";
}

}  // namespace

TEST_CASE("texts that mean the same to the cache give the same target") {
  CHECK(key_of("http://Cdn.Example/a/B.ts") == "cdn.example/a/B.ts");
  CHECK(key_of("https://cdn.example:443/a/B.ts") == "cdn.example/a/B.ts");
  CHECK(key_of("cdn.example/a/B.ts#t=10") == "cdn.example/a/B.ts");
  CHECK(key_of("http://cdn.example:8080/") == "cdn.example:8080/");
  CHECK(key_of("http://cdn.example") == "cdn.example/");
  CHECK(key_of("http://cdn.example?q=1") == "cdn.example/?q=1");
  CHECK(key_of("/a?u=http://x/y") == "origin.test/a?u=http://x/y");
}

TEST_CASE("a part of a resource is asked for by its range") {
  const auto part = read_target("http://cdn.example/film.mp4#65536+65536", "").value();
  CHECK(part.whole() == "cdn.example/film.mp4");
  CHECK(part.key() == "cdn.example/film.mp4#65536+65536");
  CHECK(part.range_field() == "bytes=65536-131071");
  CHECK(read_target("cdn.example/film.mp4#10+0", "")->range_field() == "bytes=10-");
  CHECK(read_target("cdn.example/film.mp4", "")->range_field().empty());
}

TEST_CASE("what could not stand in a request's head is refused, with what would be right") {
  for (const std::string bad :
       {"", "example.org", "ftp://h/p", "http:///p", "http://user@h/p", "h/a b", "h/a\r\nX: y", "h/\xc3\xa4",
        "http://h\r\n/p", "h/p#18446744073709551615+1", "h/p#9223372036854775807+9223372036854775807"})
    CHECK(key_of(bad) == "refused");
  CHECK(key_of("/p", "") == "refused");
  CHECK(key_of("h/" + std::string(5000, 'a')) == "refused");
  CHECK_THAT(read_target("example.org", "").error().message, Catch::Contains("write http://host/path"));
}

TEST_CASE("the extension is that of the path's last name") {
  const auto extension = [](std::string_view resource) { return read_target(resource, "")->extension(); };
  CHECK(extension("h/a.b/c.MP4?x=.js") == ".mp4");
  CHECK(extension("h/a.b/c").empty());
  CHECK(extension("h/a.averylongending").empty());
}
