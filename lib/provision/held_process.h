// A process that is not taken for another one that has its number later.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include <harbinger/clock.h>
#include "provision/descriptor.h"

namespace harbinger::provision {

/// Which process, for as long as the machine runs: numbers are used again, but not with the same time of beginning.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start = 0;  ///< in ticks since the machine came up
  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

/// Whether it is still at work. A child of ours that has ended is waited for, so that nothing is left of it.
bool lives(const ProcessIdentity& process);

/// Held by a descriptor of the kernel's: signals reach this process or nobody. One thread at a time.
class HeldProcess {
 public:
  /// Nothing when it has ended.
  static std::optional<HeldProcess> hold(const ProcessIdentity& process);

  bool signal(int number) const;
  /// Waits for its end until `deadline` of `clock`; false when it did not come.
  bool wait(const Clock& clock, MonotonicTime deadline) const;

 private:
  HeldProcess(const ProcessIdentity& process, Descriptor descriptor)
      : process_(process), descriptor_(std::move(descriptor)) {}

  ProcessIdentity process_;
  Descriptor descriptor_;
};

/// Waits for the end of a child that nobody waits for meanwhile, and leaves it to be waited for; false when it did not come.
bool wait_for_child(pid_t pid, const Clock& clock, MonotonicTime deadline);

/// Milliseconds until `deadline` as poll(2) wants them: 0 when it has passed, never more than a minute.
int poll_time(const Clock& clock, MonotonicTime deadline);

}  // namespace harbinger::provision
