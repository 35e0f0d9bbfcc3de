#include <catch2/catch.hpp>

#include <harbinger/metrics.h>
#include <harbinger/worker.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <thread>

using namespace harbinger;

namespace {

double value_of(const Metrics& metrics, std::string_view name) {
  for (const auto& sample : metrics.collect())
    if (sample.name == name) return sample.value;
  FAIL("no metric " << name);
  return 0;
}

constexpr std::array kBounds{0.001, 0.01, 0.1};

}  // namespace

TEST_CASE("a counter sums what workers and other threads added") {
  Metrics metrics;
  const auto counter = metrics.counter("harbinger_queries_total", "queries");
  constexpr int kTimes = 20000;
  {
    std::vector<std::jthread> threads;
    for (std::size_t worker = 1; worker <= 4; ++worker)
      threads.emplace_back([&counter, worker] {
        const WorkerIdentity identity(worker);
        for (int i = 0; i < kTimes; ++i) counter.add();
      });
    for (int other = 0; other < 3; ++other)
      threads.emplace_back([&counter] {
        for (int i = 0; i < kTimes; ++i) counter.add(2);
      });
    CHECK(value_of(metrics, "harbinger_queries_total") <= 10 * kTimes);
  }
  CHECK(value_of(metrics, "harbinger_queries_total") == 10 * kTimes);
}

TEST_CASE("the last possible worker can count") {
  Metrics metrics;
  const auto counter = metrics.counter("harbinger_x_total", "");
  std::jthread([&counter] {
    const WorkerIdentity identity(kMaxWorkers);
    counter.add(7);
  }).join();
  CHECK(value_of(metrics, "harbinger_x_total") == 7);
}

TEST_CASE("default-made handles count into nothing") {
  Counter().add();
  Histogram().observe(1);
}

TEST_CASE("asking twice gives the same series") {
  Metrics metrics;
  metrics.counter("harbinger_x_total", "help", {{"a", "1"}, {"b", "2"}}).add(1);
  metrics.counter("harbinger_x_total", "help", {{"b", "2"}, {"a", "1"}}).add(2);
  metrics.counter("harbinger_x_total", "help", {{"a", "2"}, {"b", "2"}}).add(10);
  metrics.histogram("harbinger_h", "", kBounds).observe(0.05);
  metrics.histogram("harbinger_h", "", kBounds).observe(0.05);
  const auto samples = metrics.collect();
  REQUIRE(samples.size() == 3);
  CHECK(samples[0].name == "harbinger_h");
  CHECK(samples[0].buckets.back().second == 2);
  CHECK(samples[1].labels == Labels{{"a", "1"}, {"b", "2"}});
  CHECK(samples[1].value == 3);
  CHECK(samples[1].help == "help");
  CHECK(samples[1].kind == MetricSample::Kind::counter);
  CHECK(samples[2].value == 10);
}

TEST_CASE("a histogram counts a value in its bucket and all above") {
  Metrics metrics;
  const auto histogram = metrics.histogram("harbinger_seconds", "time", kBounds);
  histogram.observe(0.0005);
  histogram.observe(0.001);  // a bound belongs to its bucket
  histogram.observe(0.05);
  histogram.observe(5);
  histogram.observe(std::nan(""));
  const auto sample = metrics.collect().at(0);
  CHECK(sample.kind == MetricSample::Kind::histogram);
  using Bucket = std::pair<double, std::uint64_t>;
  CHECK(sample.buckets ==
        std::vector<Bucket>{{0.001, 2}, {0.01, 2}, {0.1, 3}, {std::numeric_limits<double>::infinity(), 4}});
  CHECK(sample.value == Approx(5.0515));
}

TEST_CASE("a histogram's sum may be negative and does not overflow at once") {
  Metrics metrics;
  const auto histogram = metrics.histogram("harbinger_h", "", kBounds);
  histogram.observe(-2.5);
  CHECK(metrics.collect().at(0).value == Approx(-2.5));
  histogram.observe(std::numeric_limits<double>::infinity());
  CHECK(metrics.collect().at(0).buckets.back().second == 2);
}

TEST_CASE("a gauge is asked until its handle dies") {
  Metrics metrics;
  int asked = 0;
  auto handle = metrics.gauge("harbinger_gauge", "", [&] { return ++asked; });
  CHECK(value_of(metrics, "harbinger_gauge") == 1);
  CHECK(value_of(metrics, "harbinger_gauge") == 2);
  const auto copy = handle;
  handle.reset();
  CHECK(metrics.collect().size() == 1);
  handle = copy;
  const_cast<Metrics::GaugeHandle&>(copy).reset();
  handle.reset();
  CHECK(metrics.collect().empty());
  CHECK(asked == 3);
}

TEST_CASE("of two gauges with one name the newer counts") {
  Metrics metrics;
  const auto old_one = metrics.gauge("harbinger_gauge", "", [] { return 1.0; });
  std::optional new_one = metrics.gauge("harbinger_gauge", "", [] { return 2.0; });
  CHECK(value_of(metrics, "harbinger_gauge") == 2);
  new_one.reset();
  CHECK(value_of(metrics, "harbinger_gauge") == 1);
}

TEST_CASE("a gauge's handle may outlive the metrics, and drop other handles") {
  Metrics::GaugeHandle outer;
  {
    Metrics metrics;
    auto inner = metrics.gauge("harbinger_inner", "", [] { return 1.0; });
    outer = metrics.gauge("harbinger_outer", "", [inner] { return 2.0; });
    inner.reset();
    CHECK(metrics.collect().size() == 2);
  }
  outer.reset();
}

TEST_CASE("gauges come and go while others look") {
  Metrics metrics;
  std::jthread looking([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) (void)metrics.collect();
  });
  for (int i = 0; i < 500; ++i) {
    auto value = std::make_unique<double>(i);
    const auto handle = metrics.gauge("harbinger_gauge", "", [&value = *value] { return value; });
  }
}

TEST_CASE("too many series are refused instead of written over others") {
  Metrics metrics;
  CHECK_THROWS_AS(
      [&] {
        const auto room = metrics.room();
        for (std::size_t i = 0; i <= room; ++i) metrics.counter("harbinger_x_total", "", {{"i", std::to_string(i)}});
      }(),
      std::length_error);
  CHECK_NOTHROW(metrics.counter("harbinger_x_total", "", {{"i", "5"}}));
}

TEST_CASE("one name is either a counter or a histogram") {
  Metrics metrics;
  metrics.counter("harbinger_x", "");
  CHECK_THROWS_AS(metrics.histogram("harbinger_x", "", kBounds), std::invalid_argument);
}

TEST_CASE("a value whose bucket is known counts like any other") {
  Metrics metrics;
  const std::vector<double> bounds{1, 2, 4};
  const auto histogram = metrics.histogram("harbinger_x", "", bounds);
  histogram.observe_in(1, 1'500'000'000);
  histogram.observe(1.5);
  histogram.observe_in(3, 0);
  const auto sample = metrics.collect().at(0);
  CHECK(sample.value == 3.0);
  CHECK(sample.buckets.at(0).second == 0);
  CHECK(sample.buckets.at(1).second == 2);
  CHECK(sample.buckets.at(3).second == 3);
}

TEST_CASE("metrics tell which series there are and how much room is left") {
  Metrics metrics;
  const auto room = metrics.room();
  CHECK_FALSE(metrics.has("harbinger_x_total", {{"a", "1"}, {"b", "2"}}));
  (void)metrics.counter("harbinger_x_total", "", {{"a", "1"}, {"b", "2"}});
  CHECK(metrics.has("harbinger_x_total", {{"b", "2"}, {"a", "1"}}));
  CHECK(metrics.room() == room - 1);
}
