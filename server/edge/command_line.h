// harbinger-edge's flags.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "edge/agent.h"
#include "edge/hint_door.h"
#include "edge/rpc/uplink.h"

namespace harbinger::edge {

struct CommandLine {
  Hello hello{};
  Agent::Settings agent{};
  Fetcher::Settings fetcher{};
  UplinkSettings hub{};  ///< without an address: alone
  std::optional<std::filesystem::path> hub_token{};
  std::optional<SocketAddress> http{};  ///< metrics, state, hints for web servers
  HintDoorSettings door{};
  bool check = false, quiet = false;
};

/// The flags, or the code to exit with when everything has been said already (help, version, wrong flags: 2).
std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv);

}  // namespace harbinger::edge
