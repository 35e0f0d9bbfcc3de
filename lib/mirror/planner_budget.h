// How many octets may be pushed now.
#pragma once

#include <array>
#include <cstdint>

#include "mirror/planner.h"

namespace harbinger::mirror {

/// A sum over the last hour, in steps of a minute.
class LastHour {
 public:
  void add(double amount, MonotonicTime now);
  double sum(MonotonicTime now);

 private:
  void move_to(MonotonicTime now);

  std::array<double, 60> minutes_{};
  std::int64_t minute_ = 0;
};

/// A bucket that refills, and a share of what edges served. A plan first says `begin`, then asks for each push.
class PushBudget {
 public:
  /// `never`: not as long as settings and what edges serve are as they are; later ones may go ahead of it.
  enum class Fit : std::uint8_t { yes, later, never };

  void pushed(std::uint64_t bytes, MonotonicTime now);
  void served(std::uint64_t bytes, MonotonicTime now);

  /// `under_way`: octets of pushes that were decided and may not have been counted by `pushed` yet.
  void begin(const MirrorSettings& settings, double under_way, MonotonicTime now);
  Fit fit(std::uint64_t bytes) const;
  void take(std::uint64_t bytes) { left_ -= static_cast<double>(bytes); }
  double left() const { return left_ > 0 ? left_ : 0; }

 private:
  void refill(const MirrorSettings& settings, MonotonicTime now);

  LastHour pushed_{}, served_{};
  double level_ = 0, left_ = 0, most_ = 0;
  bool begun_ = false;
  MonotonicTime refilled_{};
};

}  // namespace harbinger::mirror
