#include <catch2/catch.hpp>

#include <string>

#include <harbinger/foresight.h>

using harbinger::matches_pattern;

TEST_CASE("a pattern without a star is the text itself") {
  CHECK(matches_pattern("a.example", "a.example"));
  CHECK_FALSE(matches_pattern("a.example", "aa.example"));
  CHECK_FALSE(matches_pattern("a.example", "a.exampl"));
  CHECK(matches_pattern("", ""));
}

TEST_CASE("a star in a pattern stands for anything, nothing too") {
  CHECK(matches_pattern("*logout*", "logout.example"));
  CHECK(matches_pattern("*logout*", "https://a.example/user/logout?x=1"));
  CHECK(matches_pattern("*.example.org", "a.b.example.org"));
  CHECK_FALSE(matches_pattern("*.example.org", "example.org"));
  CHECK(matches_pattern("*", ""));
  CHECK(matches_pattern("a*b*c", "aXbYbZc"));
  CHECK_FALSE(matches_pattern("a*b*c", "aXbYbZ"));
}

TEST_CASE("a hostile pattern and text cost little") {
  const std::string text(255, 'a');
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  CHECK_FALSE(matches_pattern(pattern + "b", text));
}
