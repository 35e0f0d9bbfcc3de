// What marks what a server makes.
#include <catch2/catch.hpp>

#include "plugins/state_folder.h"
#include "tests/support/scratch.h"

using namespace harbinger;

TEST_CASE("instances are marked for their state folder, so that servers that share a key leave each other's alone") {
  const test::Scratch one, other;
  const auto mark = installation_of(one.path()).value();
  CHECK(mark.size() == 17);
  CHECK(mark.find_first_not_of("h0123456789abcdef") == std::string::npos);
  CHECK(installation_of(one.path()).value() == mark);
  CHECK(installation_of(other.path()).value() != mark);
}
