#include "edge/line_store.h"

#include <algorithm>

namespace harbinger::edge {

bool can_be(const Line& line) {
  constexpr std::size_t kMostText = 2048, kMostSuccessors = 64;
  const auto text = [](const std::string& each) { return !each.empty() && each.size() <= kMostText; };
  return text(line.context) && !line.successors.empty() && line.successors.size() <= kMostSuccessors &&
         std::ranges::all_of(line.successors, [&](const auto& each) {
           return text(each.first) && each.second >= 0 && each.second <= 1;
         });
}

}  // namespace harbinger::edge
