#include "base/token_lines.h"

#include <catch2/catch.hpp>

#include <tests/support/scratch.h>

using namespace harbinger;

TEST_CASE("a file of tokens has one a line, and says where each stands") {
  const auto lines =
      token_lines("# of the night shift\n\n  first \tassign  now # mine\r\nsecond\r\n \t\nthird", "tokens");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].token == "first");
  CHECK(lines[0].more == "assign  now");
  CHECK(lines[0].at == Position{"tokens", 3, 0});
  CHECK(lines[1].token == "second");
  CHECK(lines[1].more.empty());
  CHECK(lines[2].at.line == 6);
  CHECK(token_lines("", "tokens").empty());
}

TEST_CASE("who presents a token reads the first one of its file") {
  const test::Scratch scratch;
  CHECK(read_first_token(scratch.write("good", "#\none assign\ntwo\n")).value().token == "one");
  CHECK(read_first_token(scratch.write("empty", "# nothing\n")).error().code == ErrorCode::malformed);
  CHECK(read_first_token(scratch / "absent").error().code == ErrorCode::not_found);
  const auto strange = scratch.write("strange", "\nsecret\x01word\n");
  const auto error = read_first_token(strange).error();
  CHECK(error.position == Position{strange.string(), 2, 0});
  CHECK_THAT(error.message, !Catch::Contains("secret"));
}
