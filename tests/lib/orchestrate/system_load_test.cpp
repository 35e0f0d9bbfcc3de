#include "orchestrate/system_load.h"

#include <catch2/catch.hpp>

using namespace harbinger::orchestrate;

namespace {

constexpr const char* kMemory = "MemTotal:       1000 kB\nMemFree:          10 kB\nMemAvailable:    250 kB\n";

}  // namespace

TEST_CASE("processors are as busy as they were between two looks, memory as it is now") {
  LoadMeter meter;
  const auto first = meter.read("cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2 3\n", kMemory);
  CHECK(first.cpu < 0);  // nothing to compare with yet
  CHECK(first.memory == Approx(0.75));
  const auto second = meter.read("cpu  160 0 100 720 120 0 0 0 90 0\n", kMemory);
  CHECK(second.cpu == Approx(0.6));
}

TEST_CASE("what cannot be read of the machine is not known") {
  LoadMeter meter;
  for (const auto* stat : {"", "cpu ", "intr 1 2 3", "cpu  1 2 x"}) {
    const auto load = meter.read(stat, "MemTotal: 10 kB\n");
    CHECK(load.cpu < 0);
    CHECK(load.memory < 0);
  }
  CHECK(meter.read("", "MemTotal: 10 kB\nMemAvailable: 20 kB\n").memory < 0);
}

TEST_CASE("counters that go back say nothing") {
  LoadMeter meter;
  meter.read("cpu  1000 0 0 1000 0 0 0 0 0 0\n", kMemory);
  CHECK(meter.read("cpu  10 0 0 10 0 0 0 0 0 0\n", kMemory).cpu < 0);
  CHECK(meter.read("cpu  20 0 0 20 0 0 0 0 0 0\n", kMemory).cpu == Approx(0.5));
}

TEST_CASE("this machine's load is between idle and full") {
  LoadMeter meter;
  const auto load = meter.look();
  CHECK(load.memory >= 0);
  CHECK(load.memory <= 1);
}
