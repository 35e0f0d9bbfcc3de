// A pool that follows its sizer, tick by tick.
#pragma once

#include <functional>
#include <random>

#include "provision/pool_sizer.h"
#include "provision/virtual_pool.h"

namespace harbinger::test {

struct PoolPlay {
  explicit PoolPlay(const provision::PoolSizer::Settings& with, std::size_t delay)
      : settings(with), sizer(provision::make_pool_sizer(with)), pool(delay) {}

  /// One step in which so many arrive, and so many were heard of by the first lead.
  void step(double arrived, double led = 0) {
    const double missed = pool.take(arrived);
    arrivals += arrived, misses += missed, idle += pool.idle();
    sizer->arrived(arrived, missed);
    if (led > 0) sizer->led(0, led);
    sizer->step(now += settings.step.count());
    pool.aim(target().ready, target().keep);
  }
  /// `count` tells how many arrive in each step.
  void run(std::size_t steps, const std::function<double(std::size_t)>& count) {
    for (std::size_t i = 0; i < steps; ++i) step(count(i));
  }
  /// What was so far does not count.
  void judge_from_here() { arrivals = misses = idle = 0; }
  double hit() const { return 1 - misses / arrivals; }
  double idle_per_served() const { return idle / (arrivals - misses); }
  provision::PoolSizer::Target target() const { return sizer->target(); }
  /// Of a term of `explain`; -1 where there is none.
  double term(std::string_view name) const {
    for (const auto& term : sizer->explain())
      if (term.name == name) return term.value;
    return -1;
  }

  provision::PoolSizer::Settings settings;
  std::unique_ptr<provision::PoolSizer> sizer;
  provision::VirtualPool pool;
  UnixMillis now = 1'700'000'000'000;
  double arrivals = 0, misses = 0, idle = 0;
};

/// Counts by chance, the same in each run.
struct Counts {
  double poisson(double mean) { return mean > 0 ? std::poisson_distribution<int>(mean)(numbers) : 0; }
  /// As many in the mean, and `more` times as scattered as Poisson's.
  double scattered(double mean, double more) {
    std::gamma_distribution<double> rate(mean / (more - 1), more - 1);
    return poisson(rate(numbers));
  }
  double share() { return std::uniform_real_distribution<double>(0, 1)(numbers); }
  std::mt19937 numbers{7};  // NOLINT(cert-msc51-cpp)
};

}  // namespace harbinger::test
