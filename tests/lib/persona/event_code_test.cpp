#include <catch2/catch.hpp>

#include "persona/network.h"

using namespace harbinger;
using persona::encode;
using persona::EventCode;

namespace {

EventCode code_of(std::string_view resource, UnixMillis at = 1'700'000'000'000, UnixMillis last = 0) {
  return encode({.client = 1, .at = at, .resource = resource}, last);
}

}  // namespace

TEST_CASE("resources of one site share its bucket, and not their own") {
  const auto one = code_of("www.example.org"), other = code_of("https://img.example.org/a.png");
  CHECK(one.site == other.site);
  CHECK(one.resource != other.resource);
  CHECK(code_of("/a/b.html").site == code_of("/a/c.html").site);
  CHECK(code_of("/a/b.html").site != code_of("/d/b.html").site);
}

TEST_CASE("a longer gap has a higher bucket, and the first act none") {
  const UnixMillis at = 1'700'000'000'000;
  CHECK(code_of("a", at).gap == 0);
  std::uint8_t before = 0;
  for (const UnixMillis gap : {0, 5, 50, 500, 5'000, 50'000, 500'000, 5'000'000}) {
    const auto bucket = code_of("a", at, at - gap).gap;
    CHECK(bucket > before);
    CHECK(bucket < EventCode::kGaps);
    before = bucket;
  }
  CHECK(code_of("a", at, at + 1'000).gap == code_of("a", at, at).gap);  // a clock that went back
}

TEST_CASE("hours of the week begin on Monday at midnight UTC") {
  CHECK(code_of("a", 1'699'833'600'000).hour == 0);  // Monday, 13 November 2023
  CHECK(code_of("a", 1'699'833'600'000 - 1).hour == 167);
  CHECK(code_of("a", 1'699'833'600'000 + 25 * 3'600'000).hour == 25);
  CHECK(code_of("a", -1).hour < EventCode::kHours);
}
