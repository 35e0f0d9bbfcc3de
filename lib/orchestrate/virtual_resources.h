// Resources that are not there: what a dry run decides about, as if its targets had made them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "orchestrate/resource_desk.h"

namespace harbinger::orchestrate {

/// One thread.
class VirtualResources {
 public:
  static constexpr std::string_view kPrefix = "dry-";  ///< of their ids

  /// `usual_start`: until what is made or changed counts as ready.
  void act(const DeskAct& act, Duration usual_start, ResourceDesk& desk, Moment now);

 private:
  std::unordered_map<std::string, MonotonicTime> ready_;
};

}  // namespace harbinger::orchestrate
