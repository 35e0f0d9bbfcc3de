// Programs of the system that are run to their end: runc, a look whether there is one.
#pragma once

#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>

namespace harbinger::provision {

/// Where a program is: a path with a `/` as it is, else looked for in the usual folders (not in $PATH, which is another one wherever we are started from).
/// `not_found`, `denied`.
Result<std::string> find_program(const std::string& name);

/// A program that is run to its end, which is also ours.
struct ProgramRun {
  std::vector<std::string> words{};        ///< the first is its path
  std::vector<std::string> environment{};  ///< NAME=value, besides a plain PATH
  int output = -1;  ///< for programs whose children go on and hold what they were given; -1: what they write is read
};

/// Its output, of which a megabyte is read, is the value, or the error's message when it did not end with 0 (`denied`). `timeout`: it was killed at the
/// deadline, with all of its session.
Result<std::string> run_program(const ProgramRun& run, const Clock& clock, MonotonicTime deadline);

}  // namespace harbinger::provision
