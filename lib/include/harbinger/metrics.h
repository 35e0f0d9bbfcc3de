// Counters that workers add to without sharing a cache line; summed when somebody looks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/worker.h>

namespace harbinger {

class Metrics;

using Labels = std::vector<std::pair<std::string, std::string>>;

/// A number that only grows. Copyable handle; `add` is a plain store on a worker, wait-free elsewhere. A default-made
/// counter counts into nothing.
class Counter {
 public:
  Counter() = default;
  void add(std::uint64_t n = 1) const noexcept;

 private:
  friend class Metrics;
  Counter(Metrics* metrics, std::uint32_t slot) : metrics_(metrics), slot_(slot) {}
  Metrics* metrics_ = nullptr;
  std::uint32_t slot_ = 0;
};

/// How often a value fell at or below each bound. `observe` costs two plain stores on a worker.
class Histogram {
 public:
  Histogram() = default;
  void observe(double value) const noexcept;
  /// For who knows the bucket already: the number of bounds below the value, which is given in nano-units. The fastest way to count.
  void observe_in(std::size_t bucket, std::uint64_t nano_units) const noexcept;

 private:
  friend class Metrics;
  Metrics* metrics_ = nullptr;
  std::shared_ptr<const std::vector<double>>
      bounds_;  // ascending; slots: one per bound, then +Inf, then the sum in nano-units
  std::uint32_t first_slot_ = 0;
  std::uint32_t buckets_ = 0;  // the one for +Inf included
};

/// One time series as it stands.
struct MetricSample {
  enum class Kind : std::uint8_t { counter, gauge, histogram };
  std::string name;
  std::string help;
  Kind kind = Kind::counter;
  Labels labels;
  double value = 0;                                       ///< counters and gauges; a histogram's sum
  std::vector<std::pair<double, std::uint64_t>> buckets;  ///< cumulative, the last bound is +infinity
};

/// The process's (or a test's) set of metrics. Registering takes a lock; adding never does. Asking twice for the same
/// name and labels gives the same series, so counts survive a reload.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Names follow Prometheus and begin with `harbinger_`. Throws std::length_error when there is no room.
  Counter counter(std::string_view name, std::string_view help, Labels labels = {});
  Histogram histogram(std::string_view name, std::string_view help, std::span<const double> bounds, Labels labels = {});

  /// Slots that are left: a counter takes one, a histogram two more than it has bounds. Whoever makes series by the hundred leaves room
  /// for others.
  std::size_t room() const;
  /// Whether the series is there already.
  bool has(std::string_view name, Labels labels) const;

  /// A value that is asked for at scrape time. Lives until the returned handle dies; not called after. Of two with the same name and
  /// labels the newer counts. `read` must not make or drop gauges.
  using GaugeHandle = std::shared_ptr<void>;
  [[nodiscard]] GaugeHandle gauge(std::string_view name, std::string_view help, std::function<double()> read,
                                  Labels labels = {});

  /// The calling thread's own numbers, looked up once to count several things in a row. Only for handles of these metrics, and not to be
  /// kept.
  class Cells {
   public:
    explicit Cells(Metrics& metrics) noexcept : cells_(metrics.cells()), shared_(worker_index() == 0) {}
    void add(const Counter& counter, std::uint64_t n = 1) const noexcept { add_to(counter.slot_, n); }
    void observe_in(const Histogram& histogram, std::size_t bucket, std::uint64_t nano_units) const noexcept {
      add_to(histogram.first_slot_ + static_cast<std::uint32_t>(bucket), 1);
      if (nano_units != 0) add_to(histogram.first_slot_ + histogram.buckets_, nano_units);
    }

   private:
    // A worker's cells are written by its thread only.
    void add_to(std::uint32_t slot, std::uint64_t n) const noexcept {
      if (!cells_) return;  // no memory: a number is lost, nothing else
      const std::atomic_ref cell(cells_[slot]);
      if (shared_)
        cell.fetch_add(n, std::memory_order_relaxed);
      else
        cell.store(cell.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }

    std::uint64_t* cells_;
    bool shared_;
  };

  /// Every series, sorted by name then labels. Any thread.
  std::vector<MetricSample> collect() const;

 private:
  friend class Counter;
  friend class Histogram;
  std::uint64_t* cells() noexcept;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger
