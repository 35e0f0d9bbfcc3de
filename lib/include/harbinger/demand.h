// Demand: how often resources will be wanted in clusters, step by step.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>

namespace harbinger {

/// Forecasts counts of many series. A series is a resource in a cluster; time goes in steps of one interval. Each series is forecast by several simple ways at
/// once, which are blended by how well each did of late (in the manner of Hedge, Freund and Schapire 1997); quantiles follow from the residuals, and are
/// moved so that they are met (adaptive conformal inference, Gibbs and Candes 2021); a burst is found by a CUSUM (Page 1954). At most 256 octets a series. One
/// thread at a time.
class DemandForecast {
 public:
  struct Settings {
    std::chrono::seconds interval{60};  ///< of a step
    std::size_t series = 100'000;       ///< at most; the least wanted makes room
  };
  /// Steps ahead that are forecast.
  static constexpr std::array<unsigned, 3> kHorizons{1, 6, 12};
  enum class Horizon : std::uint8_t { next, soon, later };

  explicit DemandForecast(const Settings& settings);
  ~DemandForecast();
  DemandForecast(DemandForecast&&) noexcept;
  DemandForecast& operator=(DemandForecast&&) noexcept;

  /// Number of a series; may come to stand for another one in a later `series` call.
  using Series = std::uint32_t;
  /// Found, or made: then it borrows what is known of its cluster.
  Series series(std::uint64_t resource, std::uint32_t cluster);
  std::optional<Series> find(std::uint64_t resource, std::uint32_t cluster) const;
  struct Identity {
    std::uint64_t resource = 0;
    std::uint32_t cluster = 0;
  };
  Identity identity(Series series) const;
  std::size_t size() const;

  /// So many more within the present interval. What is no number, or negative, counts as nothing, and more than 1e9 as 1e9.
  void add(Series series, double count);
  /// The interval that ends at `at` is over: what was forecast for it is scored, learnt from, and all series are forecast anew.
  void step(UnixMillis at);

  /// Counts of one interval, so many steps ahead.
  struct Forecast {
    float mean = 0, q50 = 0, q90 = 0, q99 = 0;
  };
  Forecast forecast(Series series, Horizon horizon) const;
  /// What came in the last interval, and of late.
  float last(Series series) const;
  float recent(Series series) const;
  /// It rises faster than its past explains.
  bool bursts(Series series) const;
  /// Those of which at least so many are forecast for any horizon (mean), or came in the last interval.
  std::vector<Series> at_least(float count) const;

  /// Something will make resources wanted. What such events came to is learnt by their tag.
  struct Event {
    std::string tag{};
    UnixMillis at = 0;
    double lift = 1;  ///< demand that is expected, as a multiple of the usual; above 0
    std::chrono::seconds lasts{3600};
  };
  using EventId = std::uint64_t;
  EventId expect(const Event& event);
  /// This series is one of those that the event is about. Nothing for an event that is over.
  void concerns(EventId event, Series series);
  /// What the lift of an event is multiplied with, by what those of its tag came to.
  double correction(std::string_view tag) const;

  /// The ways to forecast that are blended.
  enum class Way : std::uint8_t { last, fast, middle, slow, trend, day, own_shape, cluster_shape, limit };
  static std::string_view to_string(Way way);
  static constexpr std::size_t kWays = static_cast<std::size_t>(Way::limit);

  /// The terms behind a forecast.
  struct Explanation {
    struct Term {
      Way way{};
      float forecast = 0, weight = 0, error = 0;  ///< error: mean absolute, of late
    };
    std::array<Term, kWays> terms{};
    Forecast forecast{};
    float event_lift = 1;  ///< at that time
    float burst = 0;       ///< score; a burst from 1 on
    std::uint32_t steps = 0;
  };
  Explanation explain(Series series, Horizon horizon) const;

  /// Of all series together, of late.
  struct Accuracy {
    double error = 0;                  ///< mean absolute, of the median
    std::array<double, kWays> ways{};  ///< that of each way alone
    double covered50 = 0, covered90 = 0, covered99 = 0;
    std::uint64_t scored = 0;
    bool below_best_way = false;  ///< one way alone is better by more than a twentieth
  };
  Accuracy accuracy(Horizon horizon) const;

  /// All that was learnt, as octets; and back. malformed: damaged, or of another version or interval; nothing is changed then.
  std::vector<std::uint8_t> save() const;
  Result<void> load(std::span<const std::uint8_t> octets);

  /// Octets that a series takes.
  static const std::size_t kOctetsOfSeries;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger
