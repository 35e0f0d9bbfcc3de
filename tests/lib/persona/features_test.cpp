#include "persona/features.h"

#include <catch2/catch.hpp>

using namespace harbinger::persona;

TEST_CASE("every feature has a word of its own") {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Feature::limit); ++i)
    CHECK(parse_feature(to_string(static_cast<Feature>(i))) == static_cast<Feature>(i));
  CHECK_FALSE(parse_feature("speed"));
}
