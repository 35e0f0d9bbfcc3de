#include "plugins/file/zone_journal.h"

#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>
#include "tests/plugins/file/zone_talk.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::file;
using namespace harbinger::test;
using Catch::Matchers::Contains;

namespace {

ZoneJournal::Step step(std::uint32_t from, const std::string& owner) {
  auto delta = std::make_shared<ZoneDelta>();
  delta->from = from;
  delta->to = from + 1;
  delta->added.push_back(record_from_text(owner + ".example.org. 60 IN TXT \"x\"").value());
  return {delta, {{delta->added[0], 1234}}};
}

struct Opened {
  std::unique_ptr<ZoneJournal> journal;
  ZoneJournal::Past past;
};

Opened open(const Scratch& scratch) {
  Opened opened;
  auto journal = ZoneJournal::open(scratch.path(), kOrigin, 7, opened.past);
  if (!journal) UNSCOPED_INFO(journal.error().to_string());
  REQUIRE(journal);
  opened.journal = std::move(*journal);
  return opened;
}

std::string trouble(const Scratch& scratch) {
  ZoneJournal::Past past;
  const auto journal = ZoneJournal::open(scratch.path(), kOrigin, 7, past);
  return journal ? "" : journal.error().message;
}

std::string octets_of(const std::filesystem::path& file) { return read_text(file); }

void write(const std::filesystem::path& file, const std::string& octets) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << octets;
}

}  // namespace

TEST_CASE("steps come back in their order, with their leases") {
  const Scratch scratch;
  {
    auto opened = open(scratch);
    CHECK(opened.past.steps.empty());
    for (std::uint32_t i = 0; i < 5; ++i) REQUIRE(opened.journal->append(step(7 + i, "n" + std::to_string(i))));
  }
  const auto opened = open(scratch);
  REQUIRE(opened.past.steps.size() == 5);
  CHECK(opened.past.master_serial == 7);
  for (std::uint32_t i = 0; i < 5; ++i) {
    CHECK(opened.past.steps[i].delta->from == 7 + i);
    CHECK(opened.past.steps[i].delta->added == step(7, "n" + std::to_string(i)).delta->added);
    CHECK(opened.past.steps[i].leases.at(0).until == 1234);
  }
}

TEST_CASE("wherever a crash cuts the last step, those before it are there, and the next one goes well") {
  const Scratch scratch;
  std::filesystem::path path;
  std::size_t before = 0;
  {
    auto opened = open(scratch);
    path = opened.journal->path();
    REQUIRE(opened.journal->append(step(7, "a")));
    before = octets_of(path).size();
    REQUIRE(opened.journal->append(step(8, "b")));
  }
  const auto whole = octets_of(path);
  for (std::size_t cut = before; cut < whole.size(); ++cut) {
    for (const bool zeros : {false, true}) {
      const auto left = whole.substr(0, cut) + (zeros ? std::string(whole.size() - cut, '\0') : "");
      if (left == whole) continue;
      write(path, left);
      auto opened = open(scratch);
      REQUIRE(opened.past.steps.size() == 1);
      REQUIRE(opened.journal->append(step(8, "c")));
      opened.journal.reset();
      REQUIRE(open(scratch).past.steps.size() == 2);
    }
  }
}

TEST_CASE("damage in the middle is an error that says where, and never a zone that lacks a change") {
  const Scratch scratch;
  std::filesystem::path path;
  std::size_t first = 0;
  {
    auto opened = open(scratch);
    path = opened.journal->path();
    REQUIRE(opened.journal->append(step(7, "a")));
    first = octets_of(path).size();
    REQUIRE(opened.journal->append(step(8, "b")));
  }
  const auto whole = octets_of(path);
  for (std::size_t at = 0; at < first; ++at) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write(path, damaged);
    ZoneJournal::Past past;
    const auto opened = ZoneJournal::open(scratch.path(), kOrigin, 7, past);
    // The serial of the master file stands in the head without a checksum: the zone refuses another one.
    INFO("octet " << at);
    CHECK((!opened || past.master_serial != 7));
  }
}

TEST_CASE("one process at a time has a journal, and a journal is of one zone") {
  const Scratch scratch;
  auto opened = open(scratch);
  REQUIRE(opened.journal->append(step(7, "a")));
  CHECK_THAT(trouble(scratch), Contains("another process"));
  const auto path = opened.journal->path();
  opened.journal.reset();
  const auto octets = octets_of(path);
  ZoneJournal::Past past;
  std::filesystem::path other;
  other = ZoneJournal::open(scratch.path(), Name::parse("example.net.").value(), 7, past).value()->path();
  write(other, octets);
  const auto wrong = ZoneJournal::open(scratch.path(), Name::parse("example.net.").value(), 7, past);
  REQUIRE_FALSE(wrong);
  CHECK_THAT(wrong.error().message, Contains("zone example.org."));
}

TEST_CASE("a journal that is written anew holds the whole zone, and goes on") {
  const Scratch scratch;
  {
    auto opened = open(scratch);
    REQUIRE(opened.journal->append(step(7, "a")));
    std::vector<Record> whole;
    for (int i = 0; i < 10'000; ++i)
      whole.push_back(record_from_text("r" + std::to_string(i) + ".example.org. 60 IN A 192.0.2.1").value());
    REQUIRE(opened.journal->rewrite(whole, {{whole[5], 99}}, 7));
    REQUIRE(opened.journal->append(step(8, "b")));
  }
  const auto opened = open(scratch);
  REQUIRE(opened.past.whole);
  CHECK(opened.past.whole->size() == 10'000);
  REQUIRE(opened.past.steps.size() == 2);
  CHECK_FALSE(opened.past.steps[0].delta);
  CHECK(opened.past.steps[0].leases.at(0).until == 99);
  CHECK(opened.past.steps[1].delta->from == 8);
}
