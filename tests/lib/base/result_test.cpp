#include <catch2/catch.hpp>

#include <harbinger/result.h>

using namespace harbinger;

TEST_CASE("an error names what is known of its place") {
  CHECK(Error{ErrorCode::malformed, "bad", {"Harbingerfile", 3, 7}}.to_string() == "Harbingerfile:3:7: bad");
  CHECK(Error{ErrorCode::malformed, "bad", {"Harbingerfile", 3, 0}}.to_string() == "Harbingerfile:3: bad");
  CHECK(Error{ErrorCode::malformed, "bad", {"Harbingerfile", 0, 0}}.to_string() == "Harbingerfile: bad");
  CHECK(Error{ErrorCode::malformed, "bad"}.to_string() == "bad");
}
