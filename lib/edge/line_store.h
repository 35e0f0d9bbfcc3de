// The last lines that were told, for edges that join later.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "edge/messages.h"

namespace harbinger::edge {

/// One line of each context, the newest. Bounded: those that were told longest ago are forgotten. One thread at a time.
class LineStore {
 public:
  explicit LineStore(std::size_t most = 512) : most_(most) {}
  void keep(const Line& line) {
    if (const auto known = places_.find(line.context); known != places_.end()) {
      lines_.erase(known->second);
      places_.erase(known);
    }
    lines_.push_back(line);
    places_[line.context] = std::prev(lines_.end());
    if (lines_.size() <= most_) return;
    places_.erase(lines_.front().context);
    lines_.pop_front();
  }
  /// Oldest first.
  std::vector<Line> all() const { return {lines_.begin(), lines_.end()}; }

 private:
  std::size_t most_;
  std::list<Line> lines_;
  std::unordered_map<std::string, std::list<Line>::iterator> places_;
};

/// Whether a line can be one: a context and successors of 1 to 2048 octets, at most 64 of them, probabilities between 0 and 1.
bool can_be(const Line& line);

}  // namespace harbinger::edge
