#include <harbinger/metrics.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <list>
#include <map>
#include <mutex>
#include <stdexcept>

#include <sys/mman.h>

#include <harbinger/worker.h>

namespace harbinger {

namespace {

constexpr std::size_t kSlots = 65536;
constexpr std::size_t kSlabSize = kSlots * sizeof(std::uint64_t);

// One worker's cells. The pages come zeroed from the kernel and take no memory before they are written to.
std::uint64_t* map_slab() {
  void* memory = mmap(nullptr, kSlabSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::uint64_t*>(memory);
}

using SeriesKey = std::pair<std::string, Labels>;

SeriesKey key_of(std::string_view name, Labels labels) {
  std::ranges::sort(labels);
  return {std::string(name), std::move(labels)};
}

struct Series {
  std::string help;
  std::uint32_t first_slot = 0;
  std::shared_ptr<const std::vector<double>> bounds;  // null: a counter
};

struct Gauge {
  SeriesKey key;
  std::string help;
  std::function<double()> read;
};

// Shared with the handles, which may outlive the Metrics. The lock is held while a gauge is read: once its handle is gone, it is
// not called any more. For that reason a gauge may not make or drop gauges while it is read.
struct Gauges {
  std::mutex mutex;
  std::list<Gauge> list;
};

constexpr double kSumUnit = 1e-9;

std::uint64_t to_sum_units(double value) {
  constexpr double limit = 9e18;
  return static_cast<std::uint64_t>(std::llround(std::clamp(value / kSumUnit, -limit, limit)));
}

}  // namespace

struct Metrics::Impl {
  std::array<std::atomic<std::uint64_t*>, kMaxWorkers + 1> slabs{};
  std::mutex mutex;
  std::map<SeriesKey, Series> series;
  std::uint32_t used_slots = 0;
  std::shared_ptr<Gauges> gauges = std::make_shared<Gauges>();

  ~Impl() {
    for (auto& slab : slabs)
      if (auto* cells = slab.load(std::memory_order_relaxed)) munmap(cells, kSlabSize);
  }

  std::uint64_t* slab_of(std::size_t worker) noexcept {
    auto* cells = slabs[worker].load(std::memory_order_acquire);
    return cells ? cells : make_slab(worker);
  }
  std::uint64_t* make_slab(std::size_t worker) noexcept;
  std::uint64_t total(std::uint32_t slot) const;
  Series& find_or_add(std::string_view name, std::string_view help, Labels labels, std::span<const double> bounds);
  std::map<SeriesKey, MetricSample> read_gauges() const;
};

std::uint64_t* Metrics::Impl::make_slab(std::size_t worker) noexcept {
  auto* fresh = map_slab();
  if (!fresh) return nullptr;
  std::uint64_t* there = nullptr;
  if (slabs[worker].compare_exchange_strong(there, fresh, std::memory_order_acq_rel)) return fresh;
  munmap(fresh, kSlabSize);
  return there;
}

std::uint64_t Metrics::Impl::total(std::uint32_t slot) const {
  std::uint64_t sum = 0;
  for (const auto& slab : slabs)
    if (auto* cells = slab.load(std::memory_order_acquire))
      sum += std::atomic_ref(cells[slot]).load(std::memory_order_relaxed);
  return sum;
}

Series& Metrics::Impl::find_or_add(std::string_view name, std::string_view help, Labels labels,
                                   std::span<const double> bounds) {
  const auto slots = bounds.empty() ? 1 : bounds.size() + 2;
  auto key = key_of(name, std::move(labels));
  if (const auto found = series.find(key); found != series.end()) return found->second;
  if (used_slots + slots > kSlots) throw std::length_error("no room for the metric " + key.first);

  Series added{std::string(help), used_slots, nullptr};
  if (!bounds.empty()) added.bounds = std::make_shared<const std::vector<double>>(bounds.begin(), bounds.end());
  used_slots += static_cast<std::uint32_t>(slots);
  return series.emplace(std::move(key), std::move(added)).first->second;
}

std::map<SeriesKey, MetricSample> Metrics::Impl::read_gauges() const {
  std::map<SeriesKey, MetricSample> samples;
  const std::lock_guard lock(gauges->mutex);
  // The newest wins: during a reload the old and the new configuration have the same gauge for a moment.
  for (const auto& gauge : gauges->list)
    samples[gauge.key] = {gauge.key.first, gauge.help, MetricSample::Kind::gauge, gauge.key.second, gauge.read(), {}};
  return samples;
}

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

std::uint64_t* Metrics::cells() noexcept { return impl_->slab_of(worker_index()); }

void Counter::add(std::uint64_t n) const noexcept {
  if (metrics_) Metrics::Cells(*metrics_).add(*this, n);
}

void Histogram::observe(double value) const noexcept {
  if (!metrics_ || std::isnan(value)) return;
  const auto bucket = std::ranges::lower_bound(*bounds_, value) - bounds_->begin();
  observe_in(static_cast<std::size_t>(bucket), to_sum_units(value));
}

void Histogram::observe_in(std::size_t bucket, std::uint64_t nano_units) const noexcept {
  if (!metrics_) return;
  Metrics::Cells(*metrics_).observe_in(*this, bucket, nano_units);
}

Counter Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(impl_->mutex);
  const auto& series = impl_->find_or_add(name, help, std::move(labels), {});
  if (series.bounds) throw std::invalid_argument(std::string(name) + " is a histogram already");
  return Counter(this, series.first_slot);
}

Histogram Metrics::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                             Labels labels) {
  if (bounds.empty() || !std::ranges::is_sorted(bounds)) throw std::invalid_argument("histogram bounds must ascend");
  const std::lock_guard lock(impl_->mutex);
  const auto& series = impl_->find_or_add(name, help, std::move(labels), bounds);
  if (!series.bounds) throw std::invalid_argument(std::string(name) + " is a counter already");
  Histogram histogram;
  histogram.metrics_ = this;
  histogram.bounds_ = series.bounds;
  histogram.first_slot_ = series.first_slot;
  histogram.buckets_ = static_cast<std::uint32_t>(bounds.size()) + 1;
  return histogram;
}

std::size_t Metrics::room() const {
  const std::lock_guard lock(impl_->mutex);
  return kSlots - impl_->used_slots;
}

bool Metrics::has(std::string_view name, Labels labels) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->series.contains(key_of(name, std::move(labels)));
}

Metrics::GaugeHandle Metrics::gauge(std::string_view name, std::string_view help, std::function<double()> read,
                                    Labels labels) {
  auto gauges = impl_->gauges;
  std::list<Gauge> added;
  added.push_back({key_of(name, std::move(labels)), std::string(help), std::move(read)});
  const auto place = added.begin();
  {
    const std::lock_guard lock(gauges->mutex);
    gauges->list.splice(gauges->list.end(), added);
  }
  return GaugeHandle(&*place, [gauges, place](void*) {
    std::list<Gauge> dropped;  // dies after the lock: what `read` holds may drop further gauges
    const std::lock_guard lock(gauges->mutex);
    dropped.splice(dropped.end(), gauges->list, place);
  });
}

std::vector<MetricSample> Metrics::collect() const {
  auto samples = impl_->read_gauges();
  const std::lock_guard lock(impl_->mutex);
  for (const auto& [key, series] : impl_->series) {
    MetricSample sample{key.first, series.help, MetricSample::Kind::counter, key.second, 0, {}};
    auto slot = series.first_slot;
    if (series.bounds) {
      sample.kind = MetricSample::Kind::histogram;
      std::uint64_t seen = 0;
      for (const double bound : *series.bounds) sample.buckets.emplace_back(bound, seen += impl_->total(slot++));
      sample.buckets.emplace_back(std::numeric_limits<double>::infinity(), seen += impl_->total(slot++));
      sample.value = static_cast<double>(static_cast<std::int64_t>(impl_->total(slot))) * kSumUnit;
    } else {
      sample.value = static_cast<double>(impl_->total(slot));
    }
    samples[key] = std::move(sample);
  }

  std::vector<MetricSample> sorted;
  sorted.reserve(samples.size());
  for (auto& [key, sample] : samples) sorted.push_back(std::move(sample));
  return sorted;
}

}  // namespace harbinger
