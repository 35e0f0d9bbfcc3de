#include "base/read_file.h"

#include <tests/support/scratch.h>
#include <catch2/catch.hpp>

using namespace harbinger;

TEST_CASE("a file is read whole, and what is none says so") {
  const test::Scratch scratch;
  CHECK(read_file(scratch.write("text", "a\nb"), "the text") == "a\nb");
  CHECK(read_file(scratch.write("empty", ""), "the text") == "");
  const auto absent = read_file(scratch / "absent", "the text");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code == ErrorCode::not_found);
  CHECK(absent.error().message == "cannot read the text " + (scratch / "absent").string());
  const auto folder = read_file(scratch.path(), "the text");
  REQUIRE_FALSE(folder);
  CHECK_THAT(folder.error().message, Catch::Contains("it is a folder"));
}
