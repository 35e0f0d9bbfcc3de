// Which size instances of a pool should have, by what those before them used.
#pragma once

#include <algorithm>

#include "provision/template.h"

namespace harbinger::provision {

/// How near one instance is to its limits: judged by several samples in a row, never by one.
class LoadWatch {
 public:
  static constexpr double kHot = 0.8, kCool = 0.3;  ///< shares of its size
  static constexpr unsigned kSamples = 4;           ///< in a row, for hot
  static constexpr unsigned kLife = 12;             ///< in all, for cool

  void sample(const Usage& usage, const Size& size);
  /// True once for each row of hot samples.
  bool take_hot();
  /// It never came near its limits, as long as it was looked at.
  bool was_cool() const { return samples_ >= kLife && peak_ < kCool; }
  Size peak() const { return most_; }

 private:
  unsigned hot_ = 0, samples_ = 0;
  double peak_ = 0;
  Size most_{0, 0};
};

/// Of one pool. One thread.
class SizeAdviser {
 public:
  SizeAdviser(const Size& begin, const Size& most) : begin_(begin), most_(larger(begin, most)), next_(begin) {}

  /// For the next order.
  const Size& next() const { return next_; }
  /// What an instance that is hot should have; the same when there is nothing larger.
  Size grown(const Size& size) const;
  /// An instance was too small.
  void hot(const Size& size) { next_ = larger(next_, grown(size)); }
  /// An instance ended. After several in a row that were cool, the next are smaller.
  void ended(const LoadWatch& watch);

 private:
  static constexpr double kStep = 1.5;
  static constexpr unsigned kCoolInRow = 5;
  static Size larger(const Size& a, const Size& b) {
    return {std::max(a.cpus, b.cpus), std::max(a.memory_mb, b.memory_mb)};
  }

  const Size begin_, most_;
  Size next_, needed_{0, 0};
  unsigned cool_ = 0;
};

}  // namespace harbinger::provision
