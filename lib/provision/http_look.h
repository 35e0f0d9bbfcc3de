// Does somebody answer?
#pragma once

#include <string>

#include <harbinger/address.h>
#include <harbinger/clock.h>

namespace harbinger::provision {

/// Whether GET `path` is answered with 2xx within `limit`. Waits no longer.
bool answers_http(const SocketAddress& place, const std::string& path, Duration limit);
/// Whether a connection is accepted within `limit`. Waits no longer.
bool accepts(const SocketAddress& place, Duration limit);

}  // namespace harbinger::provision
