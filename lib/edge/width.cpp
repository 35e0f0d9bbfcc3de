#include "edge/width.h"

#include <algorithm>
#include <cmath>

namespace harbinger::edge {

namespace {

constexpr double kLater = 2, kLeastLaterMs = 2;  // than usual, for a round to shrink
constexpr double kDrift = 0.1;                   // of what is usual, towards later
constexpr std::size_t kLeastResponses = 8;       // of a round; and twice the width
constexpr int kRest = 2;                         // rounds before growing is tried again
constexpr std::size_t kFirst = 4;

}  // namespace

Width::Width(std::size_t fewest, std::size_t most)
    : fewest_(std::max<std::size_t>(fewest, 1)),
      most_(std::max(fewest_, most)),
      width_(std::clamp(kFirst, fewest_, most_)) {}

void Width::ended(Duration first_byte, bool waits) {
  ++round_.responses;
  round_.busy += waits;
  round_.log_ms += std::log(std::max(static_cast<double>(first_byte.count()) / 1e6, 0.01));
  if (round_.responses >= std::max(kLeastResponses, 2 * width_)) judge();
}

void Width::failed() {
  change(0.5);
  rest_ = kRest;
}

void Width::change(double factor) {
  width_ = std::clamp(static_cast<std::size_t>(static_cast<double>(width_) * factor), fewest_, most_);
  doubling_ = false;
}

void Width::judge() {
  const double ms = std::exp(round_.log_ms / static_cast<double>(round_.responses));
  const bool busy = round_.busy * 2 >= round_.responses;
  round_ = {};

  const bool later = usual_ms_ > 0 && ms > kLater * usual_ms_ + kLeastLaterMs;
  // What is later with few requests out is not our doing, and becomes usual.
  if (usual_ms_ == 0 || ms < usual_ms_)
    usual_ms_ = ms;
  else if (width_ <= std::max(fewest_, kFirst))
    usual_ms_ += kDrift * (ms - usual_ms_);
  if (later) {
    change(0.7);
    rest_ = kRest;
  } else if (busy) {
    grow();
  }
}

void Width::grow() {
  if (rest_ > 0) {
    --rest_;
    return;
  }
  width_ = std::min(most_, doubling_ ? width_ * 2 : width_ + std::max<std::size_t>(1, width_ / 4));
}

}  // namespace harbinger::edge
