#include "net/doors.h"

#include <string>

namespace harbinger::net {

Result<void> must_not_be_open(const SocketAddress& address, std::string_view could) {
  if (address.ip.is_loopback()) return {};
  return fail(ErrorCode::denied, "everybody could " + std::string(could) + " at " + address.to_string() +
                                     ": give a file of tokens or a client CA, or listen on 127.0.0.1");
}

void warn_of_plain_text(const Logger& log, const SocketAddress& address, bool tls, std::string_view what) {
  if (tls || address.ip.is_loopback()) return;
  log.warning("plain", address.to_string() + " has no TLS: " + std::string(what) + " can be read on their way");
}

}  // namespace harbinger::net
