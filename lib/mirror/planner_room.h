// Room for what is wanted more: which mirrors of a full server would go for it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mirror/planner_view.h"

namespace harbinger::mirror {

/// Finds who makes room. Looks a bounded number of times in its life, which is one plan.
class RoomMaker {
 public:
  explicit RoomMaker(const PlanView& view) : view_(view) {}

  /// On that of `sites` where the strongest of those that go is the weakest: copies, none of them young, that are wanted less than half as much as `came`, and are
  /// together as large as what is missing for `bytes`. Nothing where there are none.
  std::optional<std::vector<std::uint32_t>> find(const std::vector<std::uint32_t>& sites, double bytes, double came);

 private:
  std::vector<std::uint32_t> weakest(std::uint32_t site, double bytes, double came);
  const std::vector<std::uint32_t>& by_strength(std::uint32_t site);

  const PlanView& view_;
  std::vector<std::vector<std::uint32_t>> of_site_;  // weakest first; made when first needed
  std::size_t looks_ = 0;
};

}  // namespace harbinger::mirror
