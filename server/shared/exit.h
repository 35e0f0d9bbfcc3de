// How programs beside the DNS server end, and what they say when they cannot go on.
#pragma once

#include <ostream>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger::server {

enum Exit { kOk = 0, kTrouble = 1 };

/// `harbinger-edge: --cache: ...`, and kTrouble: the flag that an error is about stands before it, as the operator knows the flag and not our parts.
inline int say(std::ostream& errors, std::string_view program, std::string_view flag, const Error& error) {
  errors << program << ": " << flag << ": " << error.to_string() << '\n';
  return kTrouble;
}

}  // namespace harbinger::server
