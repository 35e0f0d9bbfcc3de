#include "mirror/planner_budget.h"

#include <algorithm>
#include <numeric>

namespace harbinger::mirror {

namespace {

constexpr std::int64_t kMinute = 60'000'000'000;

}  // namespace

void LastHour::move_to(MonotonicTime now) {
  const auto minute = now.ns / kMinute;
  const auto length = static_cast<std::int64_t>(minutes_.size());
  for (auto i = std::max(minute_ + 1, minute - length + 1); i <= minute; ++i)
    minutes_[static_cast<std::size_t>(i % length)] = 0;
  minute_ = std::max(minute_, minute);
}

void LastHour::add(double amount, MonotonicTime now) {
  move_to(now);
  minutes_[static_cast<std::size_t>(minute_) % minutes_.size()] += amount;
}

double LastHour::sum(MonotonicTime now) {
  move_to(now);
  return std::accumulate(minutes_.begin(), minutes_.end(), 0.0);
}

void PushBudget::pushed(std::uint64_t bytes, MonotonicTime now) {
  pushed_.add(static_cast<double>(bytes), now);
  level_ -= static_cast<double>(bytes);
}

void PushBudget::served(std::uint64_t bytes, MonotonicTime now) { served_.add(static_cast<double>(bytes), now); }

void PushBudget::refill(const MirrorSettings& settings, MonotonicTime now) {
  const auto burst = static_cast<double>(settings.push_burst_bytes);
  const auto rate = static_cast<double>(settings.push_bytes_per_second);
  if (!begun_) level_ += burst;
  const auto seconds = begun_ ? static_cast<double>((now - refilled_).count()) / 1e9 : 0;
  // However much is told to have been pushed, an hour later it is forgiven.
  level_ = std::clamp(level_ + std::max(seconds, 0.0) * rate, std::min(-3600 * rate, burst), burst);
  refilled_ = begun_ ? std::max(refilled_, now) : now;
  begun_ = true;
}

void PushBudget::begin(const MirrorSettings& settings, double under_way, MonotonicTime now) {
  refill(settings, now);
  left_ = level_;
  most_ = static_cast<double>(settings.push_burst_bytes);
  if (settings.push_share > 0) {
    const auto share = std::min(settings.push_share, 1e3) * served_.sum(now);
    left_ = std::min(left_, share - pushed_.sum(now));
    most_ = std::min(most_, share);
  }
  left_ -= under_way;
}

PushBudget::Fit PushBudget::fit(std::uint64_t bytes) const {
  const auto wanted = static_cast<double>(bytes);
  if (wanted > most_) return Fit::never;
  return wanted <= left_ ? Fit::yes : Fit::later;
}

}  // namespace harbinger::mirror
