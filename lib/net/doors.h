// What holds for every address that a server of ours listens on for others' programs.
#pragma once

#include <string_view>

#include <harbinger/address.h>
#include <harbinger/log.h>
#include <harbinger/result.h>

namespace harbinger::net {

/// `denied` for an address that is not this machine's own: without tokens and certificates, strangers `could` ("change personas") there.
Result<void> must_not_be_open(const SocketAddress& address, std::string_view could);

/// Says in the log that `what` can be read on its way, where that is so: an address that is not this machine's own, without TLS.
void warn_of_plain_text(const Logger& log, const SocketAddress& address, bool tls, std::string_view what = "tokens");

}  // namespace harbinger::net
