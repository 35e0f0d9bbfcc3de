#include "orchestrate/word_numbers.h"

#include <catch2/catch.hpp>
#include <string>

#include "orchestrate/recent_table.h"

using namespace harbinger::orchestrate;

TEST_CASE("words have numbers, and the least used lose theirs where all are given") {
  WordNumbers words(8);
  std::vector<Symbol> gone;
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 8; ++i)
      if (round == 0 || i >= 2) words.use("w" + std::to_string(i), gone);
  CHECK(gone.empty());
  CHECK(words.size() == 8);
  const auto first = words.find("w0"), second = words.find("w1"), third = words.find("w2");
  CHECK(words.word(third) == "w2");

  const auto fresh = words.use("new", gone);
  CHECK(gone == std::vector<Symbol>{first, second});  // a quarter of eight
  CHECK((fresh == first || fresh == second));
  CHECK(words.word(fresh) == "new");
  CHECK(words.find("w0") == kOtherSymbol);
  CHECK(words.find("w2") == third);
}

TEST_CASE("a word that is too long has no number") {
  WordNumbers words(4);
  std::vector<Symbol> gone;
  CHECK(words.use(std::string(256, 'x'), gone) == kOtherSymbol);
  CHECK(words.use(std::string(255, 'x'), gone) != kOtherSymbol);
  CHECK(words.word(kOtherSymbol).empty());
  CHECK(words.word(4'000).empty());
}

TEST_CASE("numbers of words come back from what was kept, and contradictions do not") {
  WordNumbers words(8), other(8);
  std::vector<Symbol> gone;
  for (const char* word : {"a", "", "c"}) words.use(word, gone);
  REQUIRE(other.restore(words.entries()));
  for (const char* word : {"a", "", "c"}) CHECK(other.find(word) == words.find(word));
  CHECK(other.use("d", gone) == words.use("d", gone));

  using Entry = WordNumbers::Entry;
  CHECK_FALSE(other.restore(std::vector<Entry>{{1, 1, "x"}, {1, 1, "y"}}));
  CHECK_FALSE(other.restore(std::vector<Entry>{{1, 1, "x"}, {2, 1, "x"}}));
  CHECK_FALSE(other.restore(std::vector<Entry>{{9, 1, "x"}}));
  CHECK_FALSE(other.restore(std::vector<Entry>{{0, 1, "x"}}));
  CHECK(other.find("a") == words.find("a"));
}

TEST_CASE("a table of bounded size forgets who was there longest ago") {
  RecentTable<int> table(3);
  for (std::uint64_t key = 1; key <= 3; ++key) table.touch(key) = static_cast<int>(key);
  table.touch(1);
  table.touch(4) = 4;
  CHECK(table.size() == 3);
  CHECK(table.find(2) == nullptr);
  REQUIRE(table.find(1) != nullptr);
  CHECK(*table.find(1) == 1);
  std::vector<std::uint64_t> order;
  table.each([&](std::uint64_t key, int) { order.push_back(key); });
  CHECK(order == std::vector<std::uint64_t>{3, 1, 4});
  CHECK(table.touch(2) == 0);  // new again
  CHECK(table.find(3) == nullptr);
}
