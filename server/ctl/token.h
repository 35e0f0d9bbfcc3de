// Who an operator is, to servers that want to know.
#pragma once

#include <string>

#include "server/ctl/complain.h"
#include "server/shared/token_file.h"

namespace harbinger::ctl {

/// The token in --token-file; empty without that flag.
inline Result<std::string> token_of(const CommandLine& line) {
  if (line.token_file.empty()) return std::string();
  return server::read_token(line.token_file);
}

/// What is said when a server answers 401.
inline int wants_token(const CommandLine& line) {
  return complain(kNothing, line.token_file.empty()
                                ? line.url + " wants to know who you are: name a token with --token-file"
                                : line.url + " does not take the token in " + line.token_file.string());
}

}  // namespace harbinger::ctl
