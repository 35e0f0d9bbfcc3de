// Which instance serves which tag.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include <harbinger/rcu.h>

#include "provision/ready_table.h"

using namespace harbinger;
using namespace harbinger::provision;

namespace {

Assignment at(std::uint16_t port) { return {.addresses = {IpAddress::parse("192.0.2.1").value()}, .port = port}; }

std::vector<ReadyTable::Entry> entries(std::size_t count, std::uint16_t port) {
  std::vector<ReadyTable::Entry> all;
  for (std::size_t i = 1; i <= count; ++i) all.push_back({{i * 0x9e3779b97f4a7c15ULL, 3}, at(port)});
  return all;
}

}  // namespace

TEST_CASE("a tag's instance is found in its pool, and nowhere else") {
  ReadyTable table;
  CHECK(table.find({7, 0}) == nullptr);
  CHECK(table.fallback(0) == nullptr);
  table.publish({{{7, 0}, at(1)}, {{7, 1}, at(2)}, {{0, 1}, at(3)}}, {{{0, 2}, at(4)}});
  CHECK(table.size() == 3);
  CHECK(table.find({7, 0})->port == 1);
  CHECK(table.find({7, 1})->port == 2);
  CHECK(table.find({0, 1})->port == 3);
  CHECK(table.find({7, 2}) == nullptr);
  CHECK(table.find({8, 0}) == nullptr);
  CHECK(table.fallback(2)->port == 4);
  CHECK(table.fallback(1) == nullptr);
  CHECK(table.fallback(UINT16_MAX) == nullptr);
  table.publish({}, {});
  CHECK(table.find({7, 0}) == nullptr);
  CHECK(table.size() == 0);
}

TEST_CASE("ten thousand tags are all found, while the table is made anew again and again") {
  ReadyTable table;
  table.publish(entries(10'000, 1), {});
  std::atomic<bool> over = false;
  std::thread writer([&] {
    for (std::uint16_t port = 1; port < 20; ++port) table.publish(entries(10'000, port), {});
    over = true;
  });
  std::size_t missed = 0;
  do {
    for (std::size_t i = 1; i <= 10'000; ++i)
      if (const auto* found = table.find({i * 0x9e3779b97f4a7c15ULL, 3}); !found || found->port == 0) ++missed;
    rcu::quiescent();
  } while (!over);
  CHECK(missed == 0);
  writer.join();
}
