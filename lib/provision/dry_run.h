// Instances that are not there: what a dry run decides about, as if its provider had started them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "provision/instance_desk.h"

namespace harbinger::provision {

/// One thread.
class DryRun {
 public:
  static constexpr std::string_view kPrefix = "dry-";  ///< of their ids
  static bool is(std::string_view id) { return id.starts_with(kPrefix); }

  /// `usual_start`: until such an instance counts as ready.
  void act(const Act& act, Duration usual_start, InstanceDesk& desk, MonotonicTime now);
  /// Those that became ready meanwhile.
  void look(InstanceDesk& desk, MonotonicTime now);

 private:
  std::multimap<MonotonicTime, std::string> ready_;
};

}  // namespace harbinger::provision
