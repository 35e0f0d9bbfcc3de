// harbingerd's flags: those of CoreDNS, with one dash or two.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace harbinger::server {

struct CommandLine {
  std::string config = "Harbingerfile";  ///< `-`: standard input
  std::uint16_t port = 53;
  std::string pidfile;
  bool check = false;
  bool plugins = false;
  bool quiet = false;

  bool config_given = false;
};

/// The flags, or the code to exit with when everything has been said already (help, version, wrong flags).
std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv);

}  // namespace harbinger::server
