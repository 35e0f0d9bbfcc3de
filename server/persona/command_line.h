// harbinger-persona's flags.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/address.h>
#include "persona/http_door.h"
#include "persona/log_follower.h"

namespace harbinger::persona {

struct CommandLine {
  std::vector<SocketAddress> listen{SocketAddress::parse("127.0.0.1:7531").value()};
  std::optional<std::filesystem::path> state, catalogue, start_model;
  std::optional<std::filesystem::path> certificate, key, client_ca, tokens;
  std::optional<SocketAddress> http;  ///< metrics, pages for operators, events
  std::optional<std::filesystem::path>
      client_key;  ///< secret that client keys are made with; one of the process without it
  HttpDoorSettings door;
  std::vector<LogFollower::Settings> logs;
  std::string redis;  ///< empty: no store
  std::size_t clients = 1'000'000;
  int threads = 1;  ///< of the network's own
  bool check = false;
  bool quiet = false;

  std::optional<std::filesystem::path> make_start_model;  ///< instead of serving
  std::uint64_t seed = 1;
  std::size_t steps = 2'000;
};

/// The flags, or the code to exit with when everything has been said already (help, version, wrong flags: 2).
std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv);

}  // namespace harbinger::persona
