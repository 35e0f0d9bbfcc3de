// What the disk knows of instances.
#include <catch2/catch.hpp>

#include <fstream>
#include <iostream>

#include "provision/provision_journal.h"
#include "tests/lib/mirror/small_disk.h"
#include "tests/lib/provision/provisioning_house.h"

using namespace harbinger;
using namespace harbinger::provision;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Entry = ProvisionJournal::Entry;

namespace {

const Secret kSecret{4, 2};

Entry entry(const std::string& id, std::uint64_t tag = 0) {
  return {.id = id, .pool = "small", .provider = "cloud", .tag = tag, .had_tag = tag != 0, .size = {1.5, 64}};
}
Result<void> write(ProvisionJournal& journal, const std::vector<Entry>& entries) { return journal.write(entries); }

}  // namespace

TEST_CASE("the journal of instances has after a restart what was written and has not ended") {
  const Scratch scratch;
  const auto path = scratch / "deep/instances.journal";
  {
    const auto journal = ProvisionJournal::open(path, kSecret).value();
    REQUIRE(write(*journal, {entry("a"), entry("b"), entry("c")}));
    REQUIRE(write(*journal, {entry("b", 7), {.id = "c", .ended = true}}));
    REQUIRE(journal->halt(true));
    CHECK(journal->entries().size() == 2);
    CHECK(ProvisionJournal::open(path, kSecret).error().code == ErrorCode::conflict);
  }
  const auto journal = ProvisionJournal::open(path, kSecret).value();
  REQUIRE(journal->entries().size() == 2);
  CHECK(journal->halted());
  const auto& b = journal->entries().at("b");
  CHECK(b.tag == 7);
  CHECK(b.had_tag);
  CHECK(b.pool == "small");
  CHECK(b.provider == "cloud");
  CHECK(b.size == Size{1.5, 64});
  REQUIRE(journal->halt(false));
  CHECK_FALSE(journal->halted());
}

TEST_CASE("the journal of instances can be cut at its end by a crash, and nowhere else be changed") {
  const Scratch scratch;
  const auto path = scratch / "instances.journal";
  REQUIRE(write(*ProvisionJournal::open(path, kSecret).value(), {entry("a"), entry("b")}));
  auto octets = read_text(path);
  SECTION("cut") {
    scratch.write("instances.journal", octets.substr(0, octets.size() - 3));
    CHECK(ProvisionJournal::open(path, kSecret).value()->entries().size() == 1);
  }
  SECTION("changed") {
    octets[80] ^= 1;
    scratch.write("instances.journal", octets);
    CHECK(ProvisionJournal::open(path, kSecret).error().code == ErrorCode::malformed);
  }
  SECTION("another secret") { CHECK(ProvisionJournal::open(path, Secret{1}).error().code == ErrorCode::denied); }
}

TEST_CASE("on a full disk an engine starts nothing new, says why, keeps what runs, and goes on once there is room") {
  const Scratch scratch;
  const auto outcome = on_small_disk(scratch / "disk", "64k", [&] {
    ProvisioningHouse house;
    std::filesystem::create_directory_symlink(scratch / "disk", house.scratch / "state");
    house.settings.pools[0].sizing.most = 90;
    house.word->ready = 1;
    house.start();
    house.wish(7);
    bool good = house.served(7) && house.ready(1);
    const auto started = house.cloud->started.load();
    fill_disk(scratch / "disk");
    house.word->ready = 70;  // more than the last page of the journal has room for
    good = good && wait_until([&] { return !house.engine->state().journal_trouble.empty(); });
    house.wish(8);
    const auto steps = house.word->steps.load();
    good = good && wait_until([&] { return house.word->steps > steps + 3; });
    good = good && house.cloud->started == started && house.port_of(7) != 0 && house.port_of(8) == 0;
    std::cerr << house.engine->why("small").value().verdict << '\n';
    make_room(scratch / "disk");
    return good && house.ready(70) && house.served(8) && house.engine->state().journal_trouble.empty();
  });
  if (outcome == OnDisk::no_disk)
    WARN("no file system may be mounted here");
  else
    CHECK(outcome == OnDisk::well);
}
