#include "plugins/metrics/exposition.h"

#include "plugins/metrics/process_samples.h"

using namespace harbinger;
using metrics::exposition;

TEST_CASE("counters, gauges and histograms appear as Prometheus reads them") {
  Metrics all;
  all.counter("harbinger_a_total", "What a is.", {{"zone", "example.org."}}).add(3);
  const auto gauge = all.gauge("harbinger_b", "What b is.", [] { return 0.5; });
  const std::vector<double> bounds{1, 2};
  const auto histogram = all.histogram("harbinger_c_seconds", "What c is.", bounds);
  histogram.observe(1.5);
  histogram.observe(5);

  const auto text = exposition(all.collect());
  CHECK_THAT(text, Catch::Contains("# HELP harbinger_a_total What a is.\n# TYPE harbinger_a_total counter\n"
                                   "harbinger_a_total{zone=\"example.org.\"} 3"));
  CHECK_THAT(text, Catch::Contains("# TYPE harbinger_b gauge\nharbinger_b 0.5"));
  CHECK_THAT(text, Catch::Contains("harbinger_c_seconds_bucket{le=\"2\"} 1\n"));
  CHECK_THAT(text, Catch::Contains("harbinger_c_seconds_bucket{le=\"+Inf\"} 2\n"));
  CHECK_THAT(text, Catch::Contains("harbinger_c_seconds_sum 6.5") && Catch::Contains("harbinger_c_seconds_count 2"));
}

TEST_CASE("labels with hostile octets cannot forge lines of figures") {
  Metrics all;
  all.counter("harbinger_a_total", "", {{"zone", "a\"} 1\nharbinger_b_total 7\\"}}).add();
  const auto text = exposition(all.collect());
  CHECK_THAT(text,
             Catch::Contains("zone=\"a\\\"} 1\\nharbinger_b_total 7\\\\\"") && !Catch::Contains("\nharbinger_b_total"));
}

TEST_CASE("labelled series without a count are left out, plain ones are not") {
  Metrics all;
  (void)all.counter("harbinger_a_total", "", {{"zone", "."}});
  (void)all.counter("harbinger_b_total", "");
  const auto text = exposition(all.collect());
  CHECK_THAT(text, !Catch::Contains("harbinger_a_total") && Catch::Contains("harbinger_b_total 0"));
}

TEST_CASE("the process tells its memory, time and descriptors") {
  double memory = 0, start = 0, descriptors = 0;
  for (const auto& sample : metrics::process_samples()) {
    if (sample.name == "process_resident_memory_bytes") memory = sample.value;
    if (sample.name == "process_start_time_seconds") start = sample.value;
    if (sample.name == "process_open_fds") descriptors = sample.value;
  }
  CHECK(memory > 1e6);
  CHECK(start > 1.6e9);
  CHECK(descriptors >= 3);
}
