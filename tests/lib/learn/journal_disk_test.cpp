#include "learn/journal_disk.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/drive.h"

using namespace harbinger;
using harbinger::learn::JournalDisk;
using harbinger::test::TestWorld;

TEST_CASE("a disk that takes nothing is told of once, and once that it is well again") {
  TestWorld world;
  std::string told = "nothing";
  JournalDisk disk({.metrics = world.metrics,
                    .prefix = "harbinger_test",
                    .log = Logger(world.log, "test"),
                    .meanwhile = "nothing new is given",
                    .tell = [&](const std::string& trouble) { told = trouble; }});
  const Result<void> full = fail(ErrorCode::denied, "no space left");
  std::size_t asked = 0;
  const auto check = [&](Result<void> answer) {
    return [&asked, answer](std::size_t octets) {
      asked = octets;
      return answer;
    };
  };
  CHECK_FALSE(disk.takes_again(check({})));
  CHECK(asked == 0);
  CHECK(disk.took({}));
  CHECK(told.empty());

  CHECK_FALSE(disk.took(full));
  disk.refused(300);
  disk.refused(200);
  CHECK_FALSE(disk.takes_again(check(full)));
  CHECK(asked == 300);
  CHECK(disk.trouble() == "no space left");
  CHECK(told == disk.trouble());
  CHECK(world.metric("harbinger_test_journal_trouble") == 1);
  CHECK(world.metric("harbinger_test_journal_failures_total") == 2);

  CHECK(disk.takes_again(check({})));
  CHECK(disk.is_well());
  CHECK(told.empty());
  CHECK(world.metric("harbinger_test_journal_trouble") == 0);
  const auto log = world.log.text();
  CHECK(std::ranges::count(log, '\n') == 2);
  CHECK(log.contains("no space left; nothing new is given"));
  CHECK(log.contains("can be written again"));
}
