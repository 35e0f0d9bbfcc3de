#include "plugins/file/zone_history.h"

#include <catch2/catch.hpp>

using namespace harbinger;
using namespace harbinger::file;

namespace {

std::shared_ptr<const ZoneDelta> step(std::uint32_t from, std::uint32_t to, std::size_t records = 0) {
  auto delta = std::make_shared<ZoneDelta>(ZoneDelta{from, to, {}, {}});
  delta->added.resize(records);
  return delta;
}

// `1>2 2>3`, or `?` when they are not all there.
std::string since(const ZoneHistory& history, std::uint32_t serial) {
  const auto steps = history.since(serial);
  if (!steps) return "?";
  std::string text;
  for (const auto& each : *steps) text += std::to_string(each->from) + ">" + std::to_string(each->to) + " ";
  return text;
}

}  // namespace

TEST_CASE("a history gives the steps from a serial to the newest") {
  ZoneHistory history(1 << 20);
  history.add(step(1, 2));
  history.add(step(2, 5));
  CHECK(since(history, 1) == "1>2 2>5 ");
  CHECK(since(history, 2) == "2>5 ");
  CHECK(since(history, 5).empty());
}

TEST_CASE("a history says when it does not reach back to a serial") {
  ZoneHistory history(1 << 20);
  CHECK(since(history, 1) == "?");
  history.add(step(2, 5));
  CHECK(since(history, 1) == "?");
  CHECK(since(history, 3) == "?");
}

TEST_CASE("a step that does not continue makes those before it useless") {
  ZoneHistory history(1 << 20);
  history.add(step(1, 2));
  history.add(step(7, 8));
  CHECK(since(history, 1) == "?");
  CHECK(since(history, 7) == "7>8 ");
}

TEST_CASE("the oldest steps make room for new ones") {
  ZoneHistory history(3 * octets_of(*step(1, 2, 10)));
  for (std::uint32_t serial = 1; serial < 6; ++serial) history.add(step(serial, serial + 1, 10));
  CHECK(since(history, 2) == "?");
  CHECK(since(history, 3) == "3>4 4>5 5>6 ");
}

TEST_CASE("a step that is larger than the whole history leaves nothing") {
  ZoneHistory history(octets_of(*step(1, 2, 10)));
  history.add(step(1, 2, 1));
  history.add(step(2, 3, 11));
  CHECK(since(history, 1) == "?");
  CHECK(since(history, 2) == "?");
}

TEST_CASE("serials that went round are found by their newest step") {
  ZoneHistory history(1 << 20);
  history.add(step(4294967295, 0));
  history.add(step(0, 4294967295));
  history.add(step(4294967295, 3));
  CHECK(since(history, 4294967295) == "4294967295>3 ");
}

TEST_CASE("a history that was told to forget knows nothing") {
  ZoneHistory history(1 << 20);
  history.add(step(1, 2));
  history.forget();
  CHECK(since(history, 1) == "?");
}
