#include <array>

#include "steer/pool.h"

namespace harbinger::steer {

std::string_view to_string(Filter::Kind kind) {
  constexpr std::array<std::string_view, 9> kWords{"up",   "shed_load", "persona", "geo",         "latency",
                                                   "cost", "weighted",  "sticky",  "select_first"};
  return kWords[static_cast<std::size_t>(kind)];
}

}  // namespace harbinger::steer
