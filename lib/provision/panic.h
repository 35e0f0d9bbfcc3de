// More arrive than was foreseen: by what arrives, not by forecast.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "provision/sizer_timing.h"

namespace harbinger::provision {

/// Arrivals of six seconds (a tick at least) that are twice what was foreseen, and more than chance explains, are taken for what comes next, too, until nothing of that kind was seen for
/// a minute; in the manner of Knative's panic window. It may only make a pool larger.
class Panic {
 public:
  explicit Panic(const SizerTiming& timing);

  /// A tick brought so many, of which so many were foreseen before.
  void see(double count, double foreseen);
  bool now() const { return left_ > 0; }
  /// Arrivals of so many ticks, as panic has it; 0 when there is none.
  double expects(std::size_t ticks) const { return now() ? rate_ * static_cast<double>(ticks) : 0; }

 private:
  static constexpr std::size_t kMostTicks = 64;
  struct Tick {
    double count = 0, foreseen = 0;
  };
  std::size_t ticks_, stays_;
  std::array<Tick, kMostTicks> recent_{};
  std::size_t at_ = 0, left_ = 0;
  double rate_ = 0;
};

}  // namespace harbinger::provision
