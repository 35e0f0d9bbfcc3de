// Several jobs for one edge, and one answer.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "edge/hub.h"

namespace harbinger::mirror {

struct Filled {
  bool well = false;
  std::uint64_t bytes = 0;  ///< that the edge says it fetched
  std::string why{};        ///< of the first that went wrong
};

/// Has the edge fetch all URLs. `done` is called once, on any thread, when the last is answered; see EdgeHub::mirror.
void fill(edge::EdgeHub& hub, const std::string& edge, const std::vector<std::string>& urls,
          std::chrono::milliseconds patience, std::function<void(const Filled&)> done);

}  // namespace harbinger::mirror
