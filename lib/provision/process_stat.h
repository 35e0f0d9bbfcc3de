// What /proc tells of processes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harbinger::provision {

/// One process at a moment.
struct ProcessStat {
  pid_t pid = 0, parent = 0, session = 0;
  char state = '?';          ///< as in /proc/PID/stat; Z and X have ended
  std::uint64_t ticks = 0;   ///< of processor time, with that of children it has waited for
  std::uint64_t start = 0;   ///< in ticks since the machine came up
  std::uint64_t memory = 0;  ///< octets that are resident

  bool ended() const { return state == 'Z' || state == 'X' || state == 'x'; }
};

/// The text of a /proc/PID/stat. Nothing for what is none.
std::optional<ProcessStat> parse_process_stat(std::string_view text);
/// Nothing when there is no such process.
std::optional<ProcessStat> read_process(pid_t pid);
std::vector<ProcessStat> all_processes();
/// A process and all that it and its children have started, as far as the chain of parents still tells.
std::vector<ProcessStat> with_descendants(pid_t pid, const std::vector<ProcessStat>& all);

/// Numbers of its threads; none when it is gone.
std::vector<pid_t> threads_of(pid_t pid);

/// Whether a process was given `NAME=value` in its environment when it began. False when we may not know.
bool has_in_environment(pid_t pid, std::string_view name_and_value);
/// Whether SIGTERM would be heard: a process that is the first of its namespace does not even end of it unless it asked to be told.
bool handles_sigterm(pid_t pid);

/// Which start of the machine this is: ticks and numbers of processes are counted anew at each.
const std::string& boot_id();

}  // namespace harbinger::provision
