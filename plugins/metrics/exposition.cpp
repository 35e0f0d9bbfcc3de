#include "plugins/metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace harbinger::metrics {

namespace {

prometheus::MetricType type_of(MetricSample::Kind kind) {
  switch (kind) {
    case MetricSample::Kind::counter:
      return prometheus::MetricType::Counter;
    case MetricSample::Kind::gauge:
      return prometheus::MetricType::Gauge;
    case MetricSample::Kind::histogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric metric_of(const MetricSample& sample) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
  switch (sample.kind) {
    case MetricSample::Kind::counter:
      metric.counter.value = sample.value;
      break;
    case MetricSample::Kind::gauge:
      metric.gauge.value = sample.value;
      break;
    case MetricSample::Kind::histogram:
      metric.histogram.sample_sum = sample.value;
      metric.histogram.sample_count = sample.buckets.back().second;
      for (const auto& [bound, count] : sample.buckets) metric.histogram.bucket.push_back({count, bound});
      break;
  }
  return metric;
}

bool has_counted(const MetricSample& sample) {
  if (sample.kind == MetricSample::Kind::histogram) return sample.buckets.back().second != 0;
  return sample.value != 0;
}

bool is_worth_a_line(const MetricSample& sample) {
  return sample.labels.empty() || sample.kind == MetricSample::Kind::gauge || has_counted(sample);
}

}  // namespace

std::string exposition(std::span<const MetricSample> samples) {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& sample : samples) {
    if (!is_worth_a_line(sample)) continue;
    if (families.empty() || families.back().name != sample.name)
      families.push_back({sample.name, sample.help, type_of(sample.kind), {}});
    families.back().metric.push_back(metric_of(sample));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace harbinger::metrics
