// Which limits the machine's control groups allow us to set.
#pragma once

#include <string>

#include <harbinger/clock.h>
#include <harbinger/result.h>

namespace harbinger::provision {

/// Tried by making a group, and removing it again.
struct ControlGroups {
  bool memory = false, cpu = false, pids = false;
};

/// `name` is one that nobody else tries now. What a try that was killed left is gone after the next one.
ControlGroups probe_control_groups(const std::string& name);

/// Removes the groups of this name from all trees, and kills whoever is in them still: what runc began when it was killed itself has no mark of ours to be known by.
/// `timeout`: one is still there.
Result<void> remove_control_groups(const std::string& name, const Clock& clock, MonotonicTime deadline);

}  // namespace harbinger::provision
