#include "provision/daily_rhythm.h"

#include <algorithm>

namespace harbinger::provision {

void DailyRhythm::see(UnixMillis middle, double count) {
  const auto slot = static_cast<std::int32_t>(of_day(middle) / kSlot);
  if (slot != slot_) end_slot();
  slot_ = slot;
  sum_ += static_cast<float>(count);
  ++count_;
}

// The mean of the days of late: the first few count the same, older ones fade.
void DailyRhythm::end_slot() {
  constexpr float kNewest = 0.2F, kMostDays = 1000;
  if (slot_ >= 0 && count_ > 0) {
    const auto slot = static_cast<std::size_t>(slot_);
    days_[slot] = std::min(days_[slot] + 1, kMostDays);
    rates_[slot] += std::max(1 / days_[slot], kNewest) * (sum_ / count_ - rates_[slot]);
  }
  sum_ = count_ = 0;
}

// Half hours are told of their middles, and what is between two middles is between the two.
double DailyRhythm::usual(UnixMillis at, double otherwise) const {
  const auto since = of_day(at - kSlot / 2);
  const auto slot = static_cast<std::size_t>(since / kSlot);
  const double share = static_cast<double>(since % kSlot) / static_cast<double>(kSlot);
  const double before = rate(slot, otherwise), after = rate((slot + 1) % kSlots, otherwise);
  return before + share * (after - before);
}

void DailyRhythm::rescale(double factor) {
  for (auto& rate : rates_) rate *= static_cast<float>(factor);
  sum_ *= static_cast<float>(factor);
}

}  // namespace harbinger::provision
