#include "learn/demand/shape.h"

#include <algorithm>

namespace harbinger::demand {

namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr float kUsualRate = 1.0f / 168, kSlotRate = 0.4f;
constexpr float kTrusted = 0.5f;  // of what one weekday differs from others: it was seen a few times only

void move(float& value, float to, float rate) { value = value == 0 ? to : value + (to - value) * rate; }

}  // namespace

// Monday 00:00 UTC is 4 days behind the epoch, which was a Thursday. Slots have their middle at the half hour.
Hour hour_of(UnixMillis at) {
  constexpr std::int64_t kWeek = 168 * kHourMs;
  const auto moved = at - kHourMs / 2 - 4 * 24 * kHourMs;
  const auto within = (moved % kWeek + kWeek) % kWeek;
  const auto slot = static_cast<std::size_t>(within / kHourMs);
  return {slot, (slot + 1) % 168, static_cast<float>(within % kHourMs) / static_cast<float>(kHourMs)};
}

Shape::Shape() {
  for (auto& each : error) each.fill(1);
  for (auto& each : z) each = {0, 1.6f, 3};
}

void Shape::learn(UnixMillis at, float total, float weight) {
  const float of_hour = std::min(weight, 1.0f);
  move(usual_, total, kUsualRate * of_hour);
  if (usual_ <= 0) return;
  const auto hour = hour_of(at);
  const auto nearest = hour.share < 0.5f ? hour.slot : hour.next;
  const float ratio = std::clamp(total / usual_, 0.05f, 20.0f);
  move(slots_[nearest], ratio, kSlotRate * of_hour);
  move(hours_[nearest % 24], ratio, kSlotRate / 2 * of_hour);
}

float Shape::at(const Hour& hour) const {
  const auto slot = [this](std::size_t i) {
    const float day = hours_[i % 24], week = slots_[i];
    if (week == 0) return day == 0 ? 1.0f : day;
    return 0.5f * (day + week);
  };
  return std::max(0.05f, slot(hour.slot) * (1 - hour.share) + slot(hour.next) * hour.share);
}

float Shape::weekday(const Hour& hour) const {
  const auto slot = [this](std::size_t i) {
    const float day = hours_[i % 24], week = slots_[i];
    if (week == 0 || day == 0) return 1.0f;
    return 1 + kTrusted * (std::clamp(week / day, 0.25f, 4.0f) - 1);
  };
  return slot(hour.slot) * (1 - hour.share) + slot(hour.next) * hour.share;
}

}  // namespace harbinger::demand
