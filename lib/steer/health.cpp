#include "steer/health.h"

#include <algorithm>
#include <cmath>

namespace harbinger::steer {

namespace {

constexpr double kEnough = 13;  // e^-13: less than one false alarm in an hour of looks
constexpr double kChangesFadeS = 30;
constexpr double kMostChanges = 4;  // 3 x 16 good looks are the most that is asked for

// How much a look speaks for "down"; negative: for "up".
double weight(net::ProbeResult::Kind kind) {
  switch (kind) {
    case net::ProbeResult::Kind::refused:
      return kEnough / 2;
    case net::ProbeResult::Kind::wrong:
      return kEnough / 3;
    case net::ProbeResult::Kind::timeout:
      return std::log(2.0);  // as likely as not where half of the looks get lost
    case net::ProbeResult::Kind::ok:
      break;
  }
  return -kEnough / 3;
}

}  // namespace

double Health::changes(MonotonicTime at) const {
  return changes_ * std::exp(-static_cast<double>((at - changed_).count()) / 1e9 / kChangesFadeS);
}

bool Health::take(const net::ProbeResult& result, MonotonicTime at) {
  // Up, bad looks count; down, good ones.
  const double says = weight(result.kind) * (up_ ? 1 : -1);
  evidence_ = std::max(0.0, evidence_ + says);
  const double enough = up_ ? kEnough : kEnough * std::exp2(std::min(changes(at) - 1, kMostChanges));
  if (evidence_ + 1e-9 < enough) return false;
  changes_ = changes(at) + 1;
  changed_ = at;
  up_ = !up_;
  evidence_ = 0;
  return true;
}

}  // namespace harbinger::steer
