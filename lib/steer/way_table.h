// Expected times by group, as a query reads them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "steer/conditions.h"

namespace harbinger::steer {

/// Open addressing, at most half full. Filled once, then immutable.
class WayTable final : public ConditionTable {
 public:
  using Cells = std::shared_ptr<const std::vector<float>>;

  explicit WayTable(std::size_t groups);
  void add(std::uint32_t key, const Cells& cells);
  Row row(const ClientGroup& group) const noexcept override;

 private:
  struct Slot {
    std::uint32_t key = 0;
    std::uint32_t size = 0;
    const float* cells = nullptr;
  };
  const Slot* find(std::uint32_t key) const noexcept;

  std::size_t mask_;
  std::vector<Slot> slots_;
  std::vector<Cells> kept_;  // what the slots point into
};

}  // namespace harbinger::steer
