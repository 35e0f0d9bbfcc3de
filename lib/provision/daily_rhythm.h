// What arrives at which time of day.
#pragma once

#include <array>
#include <cstdint>

#include <harbinger/access.h>

namespace harbinger::provision {

/// Arrivals of a tick by half hours of the day, in UTC. A half hour that was never seen is as the mean of all.
class DailyRhythm {
 public:
  /// A tick that is over brought so many; `middle` is its middle.
  void see(UnixMillis middle, double count);
  /// Usual arrivals of a tick at that time; `otherwise` while nothing is known of it.
  double usual(UnixMillis at, double otherwise) const;
  void rescale(double factor);

  template <class Archive>
  void state(Archive& archive) {
    archive(rates_), archive(days_), archive(slot_), archive(sum_), archive(count_);
    if (slot_ < -1 || slot_ >= static_cast<std::int32_t>(kSlots)) slot_ = -1;
  }

 private:
  static constexpr std::size_t kSlots = 48;
  static constexpr UnixMillis kDay = 86'400'000, kSlot = kDay / static_cast<UnixMillis>(kSlots);
  static UnixMillis of_day(UnixMillis at) { return (at % kDay + kDay) % kDay; }
  double rate(std::size_t slot, double otherwise) const { return days_[slot] > 0 ? rates_[slot] : otherwise; }
  void end_slot();

  std::array<float, kSlots> rates_{};
  std::array<float, kSlots> days_{};  // that were seen of each
  std::int32_t slot_ = -1;            // that the present sum is of
  float sum_ = 0, count_ = 0;
};

}  // namespace harbinger::provision
