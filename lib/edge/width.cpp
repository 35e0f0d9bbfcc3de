#include "edge/width.h"

#include <algorithm>
#include <cmath>

namespace harbinger::edge {

namespace {

constexpr double kLater = 2, kLeastLaterMs = 2;  // than usual, for a round to shrink
constexpr double kMore = 1.05;                   // bytes or responses per second, for growth to have paid
constexpr double kDrift = 0.02;                  // of what is usual, towards later
constexpr std::size_t kLeastResponses = 8;       // of a round; and three times the width
constexpr int kRest = 8;

}  // namespace

Width::Width(std::size_t fewest, std::size_t most)
    : fewest_(std::max<std::size_t>(fewest, 1)), most_(std::max(fewest_, most)), width_(fewest_) {}

void Width::ended(Duration first_byte, std::uint64_t bytes, bool waits, MonotonicTime now) {
  // A pause in which nobody asked belongs to no round.
  if (round_.responses == 0) round_.began = std::max(round_.began, now - first_byte);
  ++round_.responses;
  round_.busy += waits;
  round_.log_ms += std::log(std::max(static_cast<double>(first_byte.count()) / 1e6, 0.01));
  round_.bytes += static_cast<double>(bytes);
  if (round_.responses >= std::max(kLeastResponses, 3 * width_)) judge(now);
}

void Width::failed() {
  change(0.5);
  grew_ = false;
  rest_ = kRest / 2;
}

void Width::change(double factor) {
  width_ = std::clamp(static_cast<std::size_t>(static_cast<double>(width_) * factor), fewest_, most_);
}

void Width::judge(MonotonicTime now) {
  const double ms = std::exp(round_.log_ms / static_cast<double>(round_.responses));
  const double seconds = std::max(static_cast<double>((now - round_.began).count()) / 1e9, 1e-6);
  const Rates rates{static_cast<double>(round_.responses) / seconds, round_.bytes / seconds};
  const bool busy = round_.busy * 2 >= round_.responses;
  round_ = {.began = now};

  const bool later = usual_ms_ > 0 && ms > kLater * usual_ms_ + kLeastLaterMs;
  usual_ms_ = usual_ms_ == 0 || ms < usual_ms_ ? ms : usual_ms_ + kDrift * (ms - usual_ms_);
  if (later) {
    change(0.7);
    grew_ = false;
    rest_ = kRest;
  } else if (busy) {
    grow_if_it_pays(rates);
  } else {
    width_ = std::max(fewest_, width_ - 1);
    grew_ = false;
  }
  last_ = rates;
}

// Growth that brought nothing is taken back, and tried again after a while.
void Width::grow_if_it_pays(const Rates& rates) {
  const bool paid = rates.bytes > kMore * last_.bytes || rates.responses > kMore * last_.responses;
  if (grew_ && !paid) {
    width_ = std::max(fewest_, width_ - 1);
    grew_ = false;
    rest_ = kRest;
  } else if (rest_ > 0) {
    --rest_;
  } else if (width_ < most_) {
    width_ = std::min(most_, width_ + std::max<std::size_t>(1, width_ / 4));
    grew_ = true;
  }
}

}  // namespace harbinger::edge
