// Which level costs least.
#pragma once

#include <cstddef>

#include "provision/residual_levels.h"

namespace harbinger::provision {

/// The newsvendor's choice, by what each level would have cost so far: who finds none ready costs one thing, an instance unused for a start time another. Until much is known,
/// near the level that is passed as often as idle / (cold + idle), which is right where everybody comes at once. Costs are 0 and above, one at least above.
class CheapestLevel {
 public:
  CheapestLevel(double cold, double idle);

  /// So many would have found none at each level, and so many instances would have been idle, within one tick of which a start time has `ticks`. In fact `missed` found none; `level`
  /// was the one that held.
  void judge(const ResidualLevels::Levels& missed_at, const ResidualLevels::Levels& idle_at, double ticks,
             double missed, double level);
  /// Index of a level, as Recalibration::level.
  double level() const { return level_; }

  template <class Archive>
  void state(Archive& archive) {
    archive(missed_), archive(idle_), archive(count_), archive(real_), archive(reckoned_), archive(level_);
  }

 private:
  void choose(double ticks);

  double cold_, idle_cost_, newsvendor_;
  ResidualLevels::Levels missed_{}, idle_{};  // means of a tick, of late
  double count_ = 0;
  double real_ = 0, reckoned_ = 0;  // who found none, and as reckoned at the level that held
  double level_ = 0;
};

}  // namespace harbinger::provision
