// harbingerctl as a process: what it prints, and its exit codes.
#pragma once

#include <string>
#include <vector>

#include <harbinger/address.h>

namespace harbinger::test {

struct Ran {
  int exit_code;
  std::string output;
};
Ran ctl(std::vector<std::string> words);

std::string url(const SocketAddress& server);

}  // namespace harbinger::test
