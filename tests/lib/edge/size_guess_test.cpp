#include "edge/size_guess.h"

#include <string>

#include <catch2/catch.hpp>

using namespace harbinger::edge;

TEST_CASE("a size is guessed from others of the same host and extension, else from all") {
  SizeGuess sizes;
  CHECK(sizes.guess("a", ".ts") == 65'536);
  sizes.note("a", ".ts", 1'000'000);
  sizes.note("a", ".ts", 3'000'000);
  sizes.note("a", ".js", 2000);
  CHECK(sizes.guess("a", ".ts") == 2'000'000);
  CHECK(sizes.guess("a", ".js") == 2000);
  CHECK(sizes.guess("b", ".ts") == (1'000'000 + 3'000'000 + 2000) / 3);
}

TEST_CASE("a guess follows sizes that change") {
  SizeGuess sizes;
  for (int i = 0; i < 50; ++i) sizes.note("a", "", 1000);
  for (int i = 0; i < 50; ++i) sizes.note("a", "", 9000);
  CHECK(sizes.guess("a", "") > 8800);
}

TEST_CASE("any number of hosts leaves the guesses bounded") {
  TwoGenerations<int> map(100);
  for (std::uint64_t key = 0; key < 10'000; ++key) {
    map.at(key) = 1;
    map.at(7) += 1;
  }
  CHECK(map.size() <= 100);
  // What is looked at stays.
  CHECK(*map.find(7) > 9'000);
}
