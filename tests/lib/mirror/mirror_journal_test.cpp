#include <catch2/catch.hpp>

#include <fstream>

#include "mirror/mirror_journal.h"
#include "tests/lib/mirror/desk_world.h"
#include "tests/lib/mirror/full_disk.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

MirrorJournal::Entry entry(const std::string& resource, std::vector<Publication::At> servers,
                           std::uint64_t version = 1) {
  return {{.resource = resource, .cluster = "fra", .servers = std::move(servers), .version = version},
          1'700'000'000'000};
}

struct Disk {
  Scratch scratch;
  Secret secret{1, 2, 3};

  auto open() const { return MirrorJournal::open(scratch.path(), secret); }
  std::filesystem::path file() const { return scratch / "mirrors.journal"; }
  std::string octets() const { return read_text(file()); }
  void put(const std::string& octets) const { std::ofstream(file(), std::ios::binary | std::ios::trunc) << octets; }
};

}  // namespace

TEST_CASE("a journal that is opened again has what was written, as it was") {
  const Disk disk;
  auto server = at("a", 8080);
  server.target = Name::parse("a.edges.example").value();
  server.addresses.push_back(IpAddress::parse("2001:db8::1").value());
  {
    const auto journal = disk.open().value();
    CHECK(journal->entries().empty());
    REQUIRE(journal->write(entry("film.example", {server, at("b")}, 7)));
    REQUIRE(journal->write(entry("other.example", {at("c")})));
    REQUIRE(journal->write(entry("other.example", {})));
  }
  const auto journal = disk.open().value();
  REQUIRE(journal->entries().size() == 1);
  const auto* found = journal->find("film.example", "fra");
  REQUIRE(found);
  CHECK(found->what == entry("film.example", {server, at("b")}, 7).what);
  CHECK(found->until == 1'700'000'000'000);
  CHECK_FALSE(journal->find("other.example", "fra"));
}

TEST_CASE("a journal does not tell what it holds") {
  const Disk disk;
  const auto journal = disk.open().value();
  REQUIRE(journal->write(entry("film.example", {at("a")})));
  CHECK(disk.octets().find("film") == std::string::npos);
}

TEST_CASE("a crash in the middle of a record loses that record and nothing else") {
  const Disk disk;
  std::size_t whole = 0;
  {
    const auto journal = disk.open().value();
    REQUIRE(journal->write(entry("film.example", {at("a")})));
    whole = journal->size();
    REQUIRE(journal->write(entry("other.example", {at("b")})));
  }
  const auto octets = disk.octets();
  for (std::size_t cut = whole; cut < octets.size(); ++cut) {
    disk.put(octets.substr(0, cut));
    const auto journal = disk.open().value();
    REQUIRE(journal->entries().size() == 1);
    REQUIRE(journal->write(entry("third.example", {at("c")})));
    REQUIRE(journal->entries().size() == 2);
  }
}

TEST_CASE("a changed octet, a missing record, and another secret are told") {
  const Disk disk;
  std::vector<std::size_t> ends;
  {
    const auto journal = disk.open().value();
    for (int i = 0; i < 3; ++i) {
      ends.push_back(journal->size());
      REQUIRE(journal->write(entry("film" + std::to_string(i) + ".example", {at("a")})));
    }
  }
  const auto octets = disk.octets();
  auto changed = octets;
  changed[ends[1] + 20] = static_cast<char>(changed[ends[1] + 20] ^ 1);
  disk.put(changed);
  REQUIRE_FALSE(disk.open());
  CHECK(disk.open().error().code == ErrorCode::malformed);
  CHECK_THAT(disk.open().error().message, Contains("damaged at octet " + std::to_string(ends[1])));
  disk.put(octets.substr(0, ends[1]) + octets.substr(ends[2]) + octets.substr(ends[2]));
  CHECK(disk.open().error().code == ErrorCode::malformed);
  disk.put(octets);
  const auto foreign = MirrorJournal::open(disk.scratch.path(), Secret{9});
  REQUIRE_FALSE(foreign);
  CHECK(foreign.error().code == ErrorCode::denied);
  CHECK_THAT(foreign.error().message, Contains("another secret"));
  CHECK(disk.open().value()->entries().size() == 3);
}

TEST_CASE("a folder belongs to one process at a time") {
  const Disk disk;
  const auto journal = disk.open().value();
  const auto second = disk.open();
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::conflict);
}

TEST_CASE("what a full disk would not take is told, what was there before counts, and it goes on when there is space") {
  const Disk disk;
  {
    const auto journal = disk.open().value();
    REQUIRE(journal->write(entry("film.example", {at("a")})));
    {
      const FullDisk full(journal->size() + 10);
      const auto written = journal->write(entry("other.example", {at("b")}));
      REQUIRE_FALSE(written);
      CHECK_THAT(written.error().message, Contains("mirrors.journal"));
      CHECK(journal->entries().size() == 1);
      CHECK_FALSE(journal->write(entry("film.example", {})));
      CHECK(journal->find("film.example", "fra"));
    }
    CHECK(journal->write(entry("third.example", {at("c")})));
  }
  CHECK(disk.open().value()->entries().size() == 2);
}

TEST_CASE("a journal can be opened on a full disk") {
  const Disk disk;
  REQUIRE(disk.open().value()->write(entry("film.example", {at("a")})));
  const FullDisk full(20);
  const auto journal = disk.open();
  REQUIRE(journal);
  CHECK((*journal)->entries().size() == 1);
  CHECK_FALSE((*journal)->write(entry("other.example", {at("b")})));
}

TEST_CASE("a journal that grew is written anew, and stays as small as what it holds") {
  const Disk disk;
  const auto journal = disk.open().value();
  std::vector<Publication::At> many;
  for (int i = 0; i < 500; ++i) many.push_back(at("server-" + std::to_string(i)));
  std::uint64_t most = 0;
  for (std::uint64_t version = 1; version < 200; ++version) {
    REQUIRE(journal->write(entry("film.example", many, version)));
    most = std::max(most, journal->size());
  }
  CHECK(most < 2'000'000);
  CHECK(journal->find("film.example", "fra")->what.version == 199);
}
