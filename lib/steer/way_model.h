// One way from a group of clients to an endpoint: how long it usually takes, and what is different at present. All in natural logarithms of ms.
#pragma once

#include <cstdint>

#include <harbinger/clock.h>

namespace harbinger::steer {

/// Nothing is believed to be further than this from what was expected, at once: four times.
inline constexpr double kMostSurprise = 1.386;

/// Gathers surprises of one sign until they are too many to be noise (CUSUM: Page, "Continuous Inspection Schemes", 1954). Two are enough where measurements agree with each
/// other; where they scatter, it takes more.
class Drift {
 public:
  /// The mean of what has gathered, when it is enough; else 0.
  double take(double surprise, double spread, std::uint32_t group);
  bool of_several() const { return several_; }

 private:
  double sum_ = 0, total_ = 0;
  int count_ = 0;
  std::uint32_t first_of_ = 0;
  bool several_ = false;
};

/// What all ways to an endpoint have in common at present: it is loaded, or its link is.
class SharedWay {
 public:
  /// Goes back to 0 while nobody measures.
  double residual(MonotonicTime now) const;
  double age_s(MonotonicTime now) const { return static_cast<double>((now - at_).count()) / 1e9; }
  /// Takes `surprise` of a way of `group` in, whose surprises usually are as large as `spread`; returns how much of it is everybody's.
  double learn(double surprise, std::uint32_t group, double spread, MonotonicTime at);
  /// Whether the residual is another than in the tables; from now on it is in them.
  bool show(MonotonicTime now);

 private:
  double residual_ = 0, shown_ = 0;
  Drift drift_;
  MonotonicTime at_{};
};

class Way {
 public:
  std::uint64_t measurements = 0;

  /// Begins with a guess instead of the first measurement.
  void begin(double base, MonotonicTime at);
  /// Takes a measurement in. `shared_residual` is that of the endpoint before it; `shared`, if not null, learns from it.
  void learn(double log_ms, SharedWay* shared, double shared_residual, std::uint32_t group, MonotonicTime at);

  double base() const { return base_; }
  double local(MonotonicTime now) const;
  double expected(double shared_residual, MonotonicTime now) const { return base_ + shared_residual + local(now); }
  double age_s(MonotonicTime now) const { return static_cast<double>((now - at_).count()) / 1e9; }
  /// What a table of `then` says is out of date, though nothing was measured since.
  bool moved(MonotonicTime then, MonotonicTime now) const;

 private:
  double base_ = 0;
  double local_ = 0;
  double error_ = 0;      // smoothed surprise: what is noise goes out in it
  double spread_ = 0.25;  // usual size of a surprise
  Drift drift_;
  MonotonicTime at_{};
};

}  // namespace harbinger::steer
