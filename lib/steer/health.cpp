#include "steer/health.h"

#include <algorithm>
#include <cmath>

namespace harbinger::steer {

namespace {

constexpr double kEnough = 13;  // e^-13: less than one false alarm in an hour of looks
constexpr double kMostLost = 0.75;
constexpr double kLooksToLearn = 64;
constexpr double kChangesFadeS = 30;
constexpr double kMostChanges = 4;  // 3 x 16 good looks are the most that is asked for

}  // namespace

double Health::weight(net::ProbeResult::Kind kind) const {
  switch (kind) {
    case net::ProbeResult::Kind::refused:
      return kEnough / 2;
    case net::ProbeResult::Kind::wrong:
      return kEnough / 3;
    case net::ProbeResult::Kind::timeout:
      return -std::log(std::min(lost_ + kMargin, kMostLost));
    case net::ProbeResult::Kind::unable:
      return 0;
    case net::ProbeResult::Kind::ok:
      break;
  }
  return -kEnough / 3;
}

// What got lost on the way is known once something came through again: while nothing does, the endpoint may be gone.
void Health::learn_loss(net::ProbeResult::Kind kind) {
  if (kind == net::ProbeResult::Kind::timeout) ++unanswered_;
  if (kind != net::ProbeResult::Kind::ok) return;
  for (; unanswered_ > 0; --unanswered_) lost_ += (1 - lost_) / kLooksToLearn;
  lost_ = std::max(kLeastLost, lost_ - lost_ / kLooksToLearn);
}

double Health::changes(MonotonicTime at) const {
  return changes_ * std::exp(-static_cast<double>((at - changed_).count()) / 1e9 / kChangesFadeS);
}

void Health::adopt(bool up) {
  up_ = up;
  evidence_ = 0;
  unanswered_ = 0;
}

bool Health::take(const net::ProbeResult& result, MonotonicTime at) {
  // Up, bad looks count; down, good ones.
  const double says = weight(result.kind) * (up_ ? 1 : -1);
  if (up_) learn_loss(result.kind);
  evidence_ = std::max(0.0, evidence_ + says);
  const double enough = up_ ? kEnough : kEnough * std::exp2(std::clamp(changes(at) - 1, 0.0, kMostChanges));
  if (evidence_ + 1e-9 < enough) return false;
  changes_ = changes(at) + 1;
  changed_ = at;
  adopt(!up_);
  return true;
}

}  // namespace harbinger::steer
