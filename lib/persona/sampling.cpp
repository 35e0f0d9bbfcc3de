#include "persona/sampling.h"

#include <algorithm>

namespace harbinger::persona {

using namespace std::chrono_literals;

namespace {

constexpr double kLeast = 1.0 / 64;
constexpr Duration kBetweenHalvings = 1s, kCalm = 10s;

}  // namespace

// Client keys are keyed hashes, so any of their bits choose as well as others.
bool Sampling::hears(ClientKey client) const noexcept { return static_cast<double>(client >> 11) * 0x1p-53 < share_; }

void Sampling::press(MonotonicTime now) noexcept {
  if (pressed_ && now - changed_ < kBetweenHalvings) return;
  const auto least = kLeast * usual_;
  overwhelmed_ = share_ <= least;
  share_ = std::max(share_ / 2, least);
  pressed_ = true;
  changed_ = now;
}

void Sampling::ease(MonotonicTime now) noexcept {
  if (!pressed_ || now - changed_ < kCalm) return;
  overwhelmed_ = false;
  share_ = std::min(share_ * 2, usual_);
  pressed_ = share_ < usual_;
  changed_ = now;
}

}  // namespace harbinger::persona
