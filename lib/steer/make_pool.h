// For whoever gives pools their numbers.
#pragma once

#include <memory>

#include "steer/pool.h"

namespace harbinger::steer {

/// `settings` have passed check_pool. `number` is not 0 and no other pool's.
std::shared_ptr<const Pool> make_filtered_pool(PoolSettings settings, std::uint16_t number);

}  // namespace harbinger::steer
