#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include "persona/start_trace.h"

using namespace harbinger;
using namespace harbinger::persona;

namespace {

double mean_gap(const std::vector<EventCode>& acts) {
  double sum = 0;
  for (const EventCode& act : acts) sum += act.gap;
  return sum / static_cast<double>(acts.size());
}

ClientKind kind_named(std::string_view name) {
  const auto kinds = StartTrace::kinds();
  const auto found = std::ranges::find(kinds, name, &ClientKind::name);
  REQUIRE(found != kinds.end());
  return *found;
}

}  // namespace

TEST_CASE("made-up clients are the same for the same seed, and others for another") {
  CHECK(StartTrace(1).client(100) == StartTrace(1).client(100));
  CHECK(StartTrace(1).client(100) != StartTrace(2).client(100));
  StartTrace trace(1);
  CHECK(trace.client(100) != trace.client(100));
}

TEST_CASE("made-up clients have the acts asked for, inside of the codes' ranges") {
  StartTrace trace(1);
  CHECK(trace.client(0).empty());
  for (const ClientKind& kind : StartTrace::kinds()) {
    const auto acts = trace.client(kind, 200);
    REQUIRE(acts.size() == 200);
    CHECK(acts.front().gap == 0);
    for (const EventCode& act : acts) {
      REQUIRE(act.resource < EventCode::kResources);
      REQUIRE(act.site < EventCode::kSites);
      REQUIRE(act.action < static_cast<std::uint8_t>(Action::limit));
      REQUIRE(act.hour < EventCode::kHours);
      REQUIRE(act.device < static_cast<std::uint8_t>(DeviceClass::limit));
    }
  }
}

TEST_CASE("a sensor keeps its interval, and a mail program is slower than a crawler") {
  StartTrace trace(1);
  const auto sensor = trace.client(kind_named("sensor"), 200);
  std::vector<int> gaps(EventCode::kGaps);
  for (const EventCode& act : sensor) ++gaps[act.gap];
  CHECK(*std::ranges::max_element(gaps) > 150);
  CHECK(std::ranges::max_element(gaps) - gaps.begin() > 10);  // a minute
  CHECK(mean_gap(trace.client(kind_named("mail and updates"), 200)) >
        mean_gap(trace.client(kind_named("crawler"), 200)) + 3);
}

TEST_CASE("names say nothing: clients of one kind share hardly any") {
  StartTrace trace(1);
  const ClientKind kind = kind_named("video watcher");
  std::set<std::uint16_t> seen;
  std::size_t shared = 0;
  for (int client = 0; client < 20; ++client) {
    std::set<std::uint16_t> own;
    for (const EventCode& act : trace.client(kind, 100)) own.insert(act.resource);
    for (const std::uint16_t resource : own) shared += !seen.insert(resource).second;
  }
  CHECK(shared * 10 < seen.size());
}
