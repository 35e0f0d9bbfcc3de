#include <catch2/catch.hpp>

#include "config/nearest.h"

using namespace harbinger::config;

TEST_CASE("a misspelled word finds its neighbour") {
  const std::vector<std::string> words{"forward", "file", "cache", "log", "ttl"};
  CHECK(nearest_word("foward", words) == "forward");
  CHECK(nearest_word("fiel", words) == "file");
  CHECK(nearest_word("CACHE", words) == "cache");
  CHECK(nearest_word("tll", words) == "ttl");
  CHECK(nearest_word("logs", words) == "log");
}

TEST_CASE("what is like nothing finds nothing") {
  const std::vector<std::string> words{"forward", "file", "a"};
  CHECK(nearest_word("whoami", words).empty());
  CHECK(nearest_word("b", words).empty());
  CHECK(nearest_word("", words).empty());
  CHECK(nearest_word(std::string(100000, 'f'), words).empty());
  CHECK(nearest_word("file", {}).empty());
}

TEST_CASE("words are listed as in a sentence") {
  CHECK(list_of_words({}) == "");
  CHECK(list_of_words({"a"}) == "`a`");
  CHECK(list_of_words({"a", "b"}) == "`a` and `b`");
  CHECK(list_of_words({"a", "b", "c"}) == "`a`, `b` and `c`");
}
