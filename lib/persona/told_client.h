// Who a report over HTTP comes from, proxies before us considered.
#pragma once

#include <optional>
#include <span>

#include <harbinger/address.h>
#include <harbinger/http.h>

namespace harbinger::persona {

/// The address that a request comes from: the peer's, or, where that is a proxy of `trusted`, the nearest address in its Forwarded (RFC 7239) or
/// X-Forwarded-For fields that is none of them. Nothing when a trusted proxy names nobody that could be one.
std::optional<IpAddress> client_of(const HttpRequest& request, std::span<const IpPrefix> trusted);

}  // namespace harbinger::persona
