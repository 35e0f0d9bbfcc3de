// Starting a program that does not depend on us: a session of its own, a clean environment, nothing of ours open in it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "provision/descriptor.h"
#include "provision/held_process.h"
#include "provision/template.h"

namespace harbinger::provision {

/// What a program is started with.
struct Child {
  std::vector<std::string> words{};        ///< the first is its path
  std::vector<std::string> environment{};  ///< NAME=value; nothing else is handed down
  std::filesystem::path folder = "/";      ///< that it begins in
  int output = -1;                         ///< descriptor for what it writes; -1: nowhere
  bool dies_with_us = false;               ///< with the thread that started it, to be exact
  int keep = -1;                           ///< descriptor that it has under the same number; -1: none
  int note = -1;  ///< descriptor to which "PID START\n" is written before the program begins; -1: nowhere
  /// What it may use: memory of each of its processes (RLIMIT_DATA), so many processors. 0: all that there is.
  Size size{.cpus = 0, .memory_mb = 0};
  std::uint64_t most_memory_mb = 0;   ///< that its size may be changed to later
  std::uint64_t first_processor = 0;  ///< of those that it is given, counted in the ones we have
  int nice = 0;
};

/// Returns when the program has begun. From then on it goes on by itself, and may be waited for with `lives` or HeldProcess. Errors: `denied`, `not_found` and
/// others, with what the system said of the program.
Result<ProcessIdentity> start_child(const Child& child);

/// Changes what a running process may use. False when the system would not.
bool limit_process(pid_t pid, const Size& size, std::uint64_t first_processor);

}  // namespace harbinger::provision
