// A grouping as octets, for a checkpoint.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <harbinger/result.h>
#include "persona/grouping.h"

namespace harbinger::persona {

class GroupingCodec {
 public:
  static void save(const Grouping& grouping, std::vector<std::uint8_t>& to);
  /// Takes what belongs to it from the front of `octets`. `malformed` leaves `grouping` as it was.
  static Result<void> load(Grouping& grouping, std::span<const std::uint8_t>& octets);
};

}  // namespace harbinger::persona
