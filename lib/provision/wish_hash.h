// Wishes as keys of hash tables.
#pragma once

#include "provision/ready_table.h"

namespace harbinger::provision {

/// Tags are hashes already, but not of their pools.
struct WishHash {
  std::size_t operator()(const Wish& wish) const noexcept { return wish.tag ^ (wish.pool * 0x9e3779b97f4a7c15ULL); }
};

}  // namespace harbinger::provision
