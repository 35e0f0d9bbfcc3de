// harbingerctl's commands and flags.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>

#include <harbinger/address.h>
#include <harbinger/hints.h>
#include <harbinger/name.h>
#include <harbinger/rr.h>

namespace harbinger::ctl {

enum class Command : std::uint8_t { hints, why, status, persona, endpoints, why_endpoint, edges };

/// Of `persona`: `rename gamer player` and the like.
struct PersonaWords {
  std::string verb;           ///< list, show, explain, rename, pin, unpin, split or merge
  std::string first, second;  ///< personas, or the client to explain; empty where the verb takes none
};

struct CommandLine {
  Command command{};
  Name name;                                  ///< of hints, why and why-endpoint
  RRType type = RRType::A;                    ///< of hints
  SocketAddress server;                       ///< of hints
  HintRequest request;                        ///< of hints
  bool tcp = false;                           ///< of hints
  std::string client;                         ///< of why and why-endpoint
  std::string as_persona;                     ///< of why-endpoint; empty: the default
  PersonaWords persona;                       ///< of persona
  std::filesystem::path token_file;           ///< of persona; empty: none
  bool json = false;                          ///< of why, persona, endpoints, why-endpoint and edges
  std::string url = "http://127.0.0.1:9153";  ///< of all but hints; of persona, which has another default
  std::chrono::milliseconds patience{3000};
};

/// 0: done. 1: the server says no, or has nothing to show. 2: wrong flags. 3: no answer, or none that can be read.
enum Exit : int { kDone = 0, kNothing = 1, kWrongFlags = 2, kNoAnswer = 3 };

/// The command, or the code to exit with when everything has been said already (help, version, wrong flags).
std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv);

}  // namespace harbinger::ctl
