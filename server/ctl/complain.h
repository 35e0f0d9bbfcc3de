// What goes wrong, on standard error.
#pragma once

#include <iostream>
#include <string>

#include "server/ctl/command_line.h"

namespace harbinger::ctl {

/// Says it, and hands back the code to exit with.
inline int complain(Exit code, const std::string& what) {
  std::cerr << "harbingerctl: " << what << '\n';
  return code;
}

}  // namespace harbinger::ctl
