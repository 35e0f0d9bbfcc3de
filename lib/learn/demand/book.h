// Series by resource and cluster: a table in which the least wanted makes room.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "learn/demand/line.h"

namespace harbinger::demand {

class Book {
 public:
  explicit Book(std::size_t most);

  std::optional<std::uint32_t> find(std::uint64_t resource, std::uint32_t cluster) const;
  /// A new line, empty but for its name; of a few that are looked at by chance, the one least wanted is lost where there is no room.
  std::uint32_t make(std::uint64_t resource, std::uint32_t cluster);

  std::vector<Line>& lines() { return lines_; }
  const std::vector<Line>& lines() const { return lines_; }

 private:
  static std::uint64_t hash(std::uint64_t resource, std::uint32_t cluster);
  std::size_t slot_of(std::uint64_t resource, std::uint32_t cluster) const;
  void enter(std::uint32_t line);
  void leave(std::size_t slot);
  std::uint32_t victim();

  const std::size_t most_;
  std::vector<Line> lines_;
  std::vector<std::uint32_t> slots_;  // number of a line plus one; open addressing, a power of two
  std::uint64_t chance_ = 0x2545f4914f6cdd1dULL;
};

}  // namespace harbinger::demand
