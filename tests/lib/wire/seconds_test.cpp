#include "wire/seconds.h"

#include "tests/lib/wire/wire_support.h"

using namespace harbinger::wire;

TEST_CASE("points in time print and read as fourteen digits") {
  CHECK(time_to_text(0) == "19700101000000");
  CHECK(time_to_text(1084218639) == "20040510195039");
  CHECK(time_to_text(4294967295) == "21060207062815");
  for (std::uint32_t time : {0u, 951782400u, 1084218639u, 2147483648u, 4294967295u}) {
    CHECK(time_from_text(time_to_text(time)) == time);
    CHECK(time_from_text(std::to_string(time)) == time);
  }
  for (const char* text : {"", "x", "20040509183619x", "2004050918361", "20040230000000", "20040101240000",
                           "20040101006000", "21060207062816", "19691231235959", "4294967296", "-1"}) {
    INFO(text);
    CHECK_FALSE(time_from_text(text));
  }
}

TEST_CASE("spans of time may have units") {
  CHECK(ttl_from_text("3600") == 3600u);
  CHECK(ttl_from_text("1h30M") == 5400u);
  CHECK(ttl_from_text("1w2d3h4m5s") == 788645u);
  CHECK(seconds_from_text("99999999999999999999999w") == kMostSeconds);
  CHECK(seconds_from_text("4294967296") == 4294967296u);
  for (const char* text : {"", "h", "1h30", "1x", "-1", "4294967296", "7102w", "1 h"}) {
    INFO(text);
    CHECK_FALSE(ttl_from_text(text));
  }
}
