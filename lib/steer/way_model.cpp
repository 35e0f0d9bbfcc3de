#include "steer/way_model.h"

#include <algorithm>
#include <cmath>

namespace harbinger::steer {

namespace {

constexpr double kBelievedFor = 240;  // seconds, after which e-fold less of a residual is believed
constexpr double kLocalGain = 0.05, kSharedGain = 0.03;
constexpr double kErrorGain = 0.2, kTrackingGain = 0.5, kNoiseTracks = 0.8;  // Trigg and Leach, 1967: see Way::learn
constexpr double kBaseGain = 0.02, kSpreadGain = 0.05, kFirstMeasurements = 8;
constexpr double kStill = 0.01;  // one per cent: no table is made anew for less

// Of a drift: half of what is to be found, the most that one surprise counts for, and how much is enough, at least and by the square of the spread.
constexpr double kHalf = 0.3, kMostEvidence = 0.9, kLeastEvidence = 0.5, kEvidence = 24;

double since(MonotonicTime at, MonotonicTime now) {
  return std::max(0.0, static_cast<double>((now - at).count()) / 1e9);
}

}  // namespace

double Drift::take(double surprise, double spread, std::uint32_t group) {
  const double clipped = std::clamp(surprise, -kMostEvidence, kMostEvidence);
  if (sum_ * clipped < 0) sum_ = total_ = 0, count_ = 0;
  if (count_ == 0) first_of_ = group, several_ = false;
  const double grown = std::abs(sum_ + clipped) - kHalf;
  if (grown <= 0) {
    sum_ = total_ = 0, count_ = 0;
    return 0;
  }
  sum_ = std::copysign(grown, sum_ + clipped);
  total_ += surprise;
  ++count_;
  several_ = several_ || group != first_of_;
  if (count_ < 2 || grown < std::max(kLeastEvidence, kEvidence * spread * spread)) return 0;
  return total_ / count_;
}

double SharedWay::residual(MonotonicTime now) const { return residual_ * std::exp(-since(at_, now) / kBelievedFor); }

double SharedWay::learn(double surprise, std::uint32_t group, double spread, MonotonicTime at) {
  residual_ = residual(at);
  at_ = at;
  const double drift = drift_.take(surprise, spread, group);
  // Of one group alone it is that group's.
  const bool jumps = drift != 0 && drift_.of_several();
  const double step = jumps ? drift : kSharedGain * surprise;
  residual_ += step;
  if (jumps) drift_ = {};
  return step;
}

bool SharedWay::show(MonotonicTime now) {
  const double is = residual(now);
  if (std::abs(is - shown_) <= kStill) return false;
  shown_ = is;
  return true;
}

void Way::begin(double base, MonotonicTime at) {
  base_ = base;
  at_ = at;
  measurements = 1;
}

double Way::local(MonotonicTime now) const { return local_ * std::exp(-since(at_, now) / kBelievedFor); }

void Way::learn(double log_ms, SharedWay* shared, double shared_residual, std::uint32_t group, MonotonicTime at) {
  if (measurements++ == 0) {
    base_ = log_ms - shared_residual;
    at_ = at;
    return;
  }
  local_ = local(at);
  at_ = at;
  const double surprise = std::clamp(log_ms - expected(shared_residual, at), -kMostSurprise, kMostSurprise);
  const double left = surprise - (shared ? shared->learn(surprise, group, spread_, at) : 0);
  const double drift = drift_.take(left, spread_, group);
  // While surprises keep their sign, the way itself moves, and is followed faster. One alone, however large, does not do that.
  error_ += kErrorGain * (std::clamp(left, -2 * spread_, 2 * spread_) - error_);
  const double follows = std::clamp(kTrackingGain * (std::abs(error_) / spread_ - kNoiseTracks), kLocalGain, 0.5);
  local_ += drift != 0 ? drift : follows * left;
  if (drift != 0) drift_ = {}, error_ = 0;
  base_ +=
      surprise * std::max(kBaseGain, measurements < kFirstMeasurements ? 1.0 / static_cast<double>(measurements) : 0);
  const double rate = std::max(kSpreadGain, 1.0 / (static_cast<double>(measurements) + kFirstMeasurements));
  spread_ += rate * (std::min(std::abs(surprise), 3 * spread_) - spread_);
  spread_ = std::max(spread_, 0.02);
}

bool Way::moved(MonotonicTime then, MonotonicTime now) const { return std::abs(local(now) - local(then)) > kStill; }

}  // namespace harbinger::steer
