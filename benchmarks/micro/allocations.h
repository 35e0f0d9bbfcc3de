// How often did the measured code ask for memory? This program's operator new counts.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

namespace harbinger::bench {

/// Calls of operator new on this thread so far.
std::uint64_t allocations();

/// Adds the counter `allocs`, per iteration, to a benchmark: make one right before its loop.
class CountAllocations {
 public:
  explicit CountAllocations(benchmark::State& state) : state_(state), before_(allocations()) {}
  ~CountAllocations() {
    state_.counters["allocs"] =
        benchmark::Counter(static_cast<double>(allocations() - before_), benchmark::Counter::kAvgIterations);
  }
  CountAllocations(const CountAllocations&) = delete;
  CountAllocations& operator=(const CountAllocations&) = delete;

 private:
  benchmark::State& state_;
  const std::uint64_t before_;
};

}  // namespace harbinger::bench
