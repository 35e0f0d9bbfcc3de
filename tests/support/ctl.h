// harbingerctl as a process: what it prints, and its exit codes.
#pragma once

#include <string>
#include <vector>

#include <harbinger/address.h>

#include "tests/support/process.h"

namespace harbinger::test {

struct Ran {
  int exit_code;
  std::string output;
};

inline Ran ctl(std::vector<std::string> words) {
  words.insert(words.begin(), HARBINGER_BINARY_DIR "/server/harbingerctl");
  Process process(words);
  const auto ending = process.wait();
  return {ending ? ending->exit_code : -2, process.output()};
}

inline std::string url(const SocketAddress& server) { return "http://" + server.to_string(); }

}  // namespace harbinger::test
