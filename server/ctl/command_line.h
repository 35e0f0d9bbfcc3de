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

enum class Command : std::uint8_t {
  hints,
  why,
  status,
  persona,
  endpoints,
  why_endpoint,
  edges,
  mirrors,
  why_mirror,
  pools,
  instances,
  why_scale,
  plan,
  apply,
  deny,
  history,
  why_plan,
  label
};

/// Of `persona`: `rename gamer player` and the like.
struct PersonaWords {
  std::string verb;           ///< list, show, explain, rename, pin, unpin, split or merge
  std::string first, second;  ///< personas, or the client to explain; empty where the verb takes none
};

/// Of `persona label` and `unlabel`.
struct LabelWords {
  std::string user;       ///< a key of sixteen hexadecimal digits, or a name
  std::string attribute;  ///< skill, use-case, sensitivity or security
  std::string value;      ///< empty: what was said before is taken back
};

/// How a server is met that speaks TLS; all may be empty.
struct TlsWords {
  std::filesystem::path ca;                ///< who vouches for the server; empty: whom the system trusts
  std::filesystem::path certificate, key;  ///< shown to servers that want to see some
};

struct CommandLine {
  Command command{};
  Name name;                                  ///< of hints, why, why-endpoint and why-mirror
  RRType type = RRType::A;                    ///< of hints
  SocketAddress server;                       ///< of hints
  HintRequest request;                        ///< of hints
  bool tcp = false;                           ///< of hints
  std::string client;                         ///< of why and why-endpoint
  std::string as_persona;                     ///< of why-endpoint; empty: the default
  PersonaWords persona;                       ///< of persona
  std::string cluster;                        ///< of why-mirror; empty: all
  std::string pool;                           ///< of why-scale
  std::string action = "all";                 ///< of apply, deny and why-plan: a number; of apply also `all`
  unsigned most = 20;                         ///< of history
  LabelWords label;                           ///< of label
  std::filesystem::path token_file;           ///< of all but hints; empty: none
  TlsWords tls;                               ///< of all but hints
  bool json = false;                          ///< of all but hints and status
  std::string url = "http://127.0.0.1:9153";  ///< of all but hints; of persona, which has another default
  std::chrono::milliseconds patience{3000};
};

/// 0: done. 1: the server says no, or has nothing to show. 2: wrong flags. 3: no answer, or none that can be read.
enum Exit : int { kDone = 0, kNothing = 1, kWrongFlags = 2, kNoAnswer = 3 };

/// The command, or the code to exit with when everything has been said already (help, version, wrong flags).
std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv);

}  // namespace harbinger::ctl
