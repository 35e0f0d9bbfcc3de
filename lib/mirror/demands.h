// What is wanted where, and will be: the engine's view of a forecaster.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>
#include "mirror/own_answers.h"
#include "mirror/settings.h"

namespace harbinger::mirror {

/// Requests a minute of a resource from a cluster.
struct Outlook {
  std::uint64_t resource = 0;
  ClusterId cluster = 0;
  double expected = 0, high = 0, now = 0;
  bool burst = false;
};

/// One thread at a time.
class Demands {
 public:
  virtual ~Demands() = default;
  virtual void count(std::uint64_t resource, ClusterId cluster, float requests) = 0;
  /// An interval is over.
  virtual void step(UnixMillis at) = 0;
  /// Those that expect at least so many, or had so many of late.
  virtual std::vector<Outlook> outlook(double least) const = 0;
  /// Whether an event is about a resource in a cluster. Valid until the event is over.
  using About = std::function<bool(std::uint64_t resource, ClusterId cluster)>;
  /// Something will lift demand.
  virtual void expect(const ExternalEvent& event, About about) = 0;

  struct Term {
    std::string name{};
    double value = 0;
  };
  /// How the forecast of a resource in a cluster came about; empty when nothing is known of it.
  virtual std::vector<Term> explain(std::uint64_t resource, ClusterId cluster) const = 0;
  /// Of the forecasts so far: errors, coverage, beside those of simple forecasters.
  virtual std::vector<Term> accuracy() const = 0;

  /// What was learnt, as octets, for the same clusters under the same numbers; and back, where nothing has changed on an error.
  virtual std::vector<std::uint8_t> save() const { return {}; }
  virtual Result<void> load(std::span<const std::uint8_t>) { return {}; }
};

/// By DemandForecast (harbinger/demand.h): the mean over its horizons, and the highest of their 0.9 quantiles.
std::unique_ptr<Demands> make_forecast_demands(std::chrono::seconds interval, std::size_t most = 100'000);

}  // namespace harbinger::mirror
