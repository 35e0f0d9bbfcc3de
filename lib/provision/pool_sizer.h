// How many instances of a pool should be ready before anybody asks for them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/clock.h>
#include <harbinger/result.h>

namespace harbinger::provision {

/// Of one pool. One thread at a time; time is what it is told, so that traces can be replayed.
class PoolSizer {
 public:
  struct Settings {
    std::chrono::milliseconds step{1000};   ///< in which arrivals are counted
    std::chrono::milliseconds start{5000};  ///< until an instance that is ordered now is ready; learnt from `started`
    double cold_cost = 10;                  ///< of one who finds none ready, in
    double idle_cost = 1;                   ///< one ready instance unused for one `start`
    double hit_rate = 0;                    ///< to be met, 0..1; 0: what the costs say
    unsigned least = 0, most = 1000;
  };

  virtual ~PoolSizer() = default;
  /// So many asked for an instance within the present step; of these so many found none ready.
  virtual void arrived(double count, double missed) = 0;
  /// What tends to come before: DNS queries for names of this pool, or names predicted next, within the present step. `lead` is 0 .. kLeads-1.
  static constexpr std::size_t kLeads = 4;
  virtual void led(std::size_t lead, double count) = 0;
  /// An instance became ready after so long.
  virtual void started(std::chrono::milliseconds after) = 0;
  /// The present step ends at `at`. A gap, or a jump back, is taken for a break: nothing is learnt of it.
  virtual void step(UnixMillis at) = 0;

  struct Target {
    unsigned ready = 0;             ///< unused instances that there should be, those that are starting included
    unsigned keep = 0;              ///< no fewer than this may be stopped to: never less than what was used of late
    bool panic = false;             ///< more are coming than was foreseen: by what arrives, not by forecast
    double mean = 0, quantile = 0;  ///< arrivals expected until an order of now is ready
    double ratio = 0;               ///< the quantile's, after recalibration
  };
  virtual Target target() const = 0;

  struct Term {
    std::string name{};
    double value = 0;
  };
  /// How the target came about: each forecaster's own forecast, weight and error, the lags of each lead.
  virtual std::vector<Term> explain() const = 0;

  /// All that was learnt, as octets; and back.
  virtual std::vector<std::uint8_t> save() const = 0;
  virtual Result<void> load(std::span<const std::uint8_t> octets) = 0;
};

std::unique_ptr<PoolSizer> make_pool_sizer(const PoolSizer::Settings& settings);

}  // namespace harbinger::provision
