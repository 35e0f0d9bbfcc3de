// What everybody wants: over long (decayed counts) and just now (the latest accesses).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "learn/sequence/text_table.h"

namespace harbinger::sequence {

/// One thread. The counts are kept in the text table; this knows the leaders.
class Popularity {
 public:
  static constexpr std::size_t kLeaders = 12, kWindow = 300;

  explicit Popularity(TextTable& texts) : texts_(texts), window_(kWindow) {}

  void count(TextId id);
  /// The most popular over long, most popular first.
  const std::vector<TextId>& leaders() const noexcept { return leaders_; }
  /// The most wanted of the latest accesses, most wanted first; only what was wanted twice.
  const std::vector<TextId>& recent() const noexcept { return recent_; }
  /// The decayed count of `entry`, in accesses.
  double count_of(const TextTable::Entry& entry) const noexcept { return entry.popularity / step_; }
  double total() const noexcept { return total_; }

  struct Kept {
    double step = 1, total = 0;
    std::uint64_t place = 0;
    std::vector<TextId> window, leaders, recent;
  };
  Kept keep() const { return {step_, total_, place_, window_, leaders_, recent_}; }
  void restore(Kept kept);

 private:
  void raise(std::vector<TextId>& list, TextId id, std::size_t most, double (*key)(const TextTable::Entry&));

  TextTable& texts_;
  double step_ = 1;   ///< what one access now counts: it grows, so that what is old counts less without being touched
  double total_ = 0;  ///< decayed number of accesses
  std::uint64_t place_ = 0;
  std::vector<TextId> window_, leaders_, recent_;
};

}  // namespace harbinger::sequence
