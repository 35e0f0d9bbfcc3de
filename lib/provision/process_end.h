// Ending an instance with everything that it started.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "provision/held_process.h"
#include "provision/process_stat.h"

namespace harbinger::provision {

/// How the processes of an instance are known: the first one leads a session, and all were given the mark in their environment.
struct Family {
  std::optional<ProcessIdentity> first{};  ///< nothing: it is not known, or was never started
  std::string mark{};                      ///< NAME=value
  bool polite = true;                      ///< SIGTERM first
};

/// All that live of a family.
std::vector<ProcessStat> members(const Family& family);

/// SIGTERM to the session of the first, if that is polite, and after three quarters of the time SIGKILL to all. `timeout`: some still live.
Result<void> end_family(const Family& family, const Clock& clock, MonotonicTime deadline);

}  // namespace harbinger::provision
