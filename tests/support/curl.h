// curl as a client: one that knows TLS and HTTP better than tests do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harbinger::test {

struct CurlAnswer {
  int exit = -1;   ///< curl's own: 0 when there was a response, 60 when the server's certificate is not right
  int status = 0;  ///< of the response; 0: none
  std::string head, body;

  /// The first field of this name, without regard to case; empty when there is none.
  std::string field(std::string_view name) const;
};

/// True, said aloud, where there is no curl to run.
bool no_curl();

/// Runs it with these arguments, and waits for at most 20 s. Settings of the machine's users play no part.
CurlAnswer curl(std::vector<std::string> arguments);

}  // namespace harbinger::test
