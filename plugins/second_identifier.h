// How a reply points a client to who serves it: what plugins that choose have in common.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include <harbinger/query.h>
#include <harbinger/reply.h>

namespace harbinger {

/// Who serves. Points to what must outlive it.
struct PointedAt {
  const Name* target = nullptr;  ///< the root: it has addresses only
  std::span<const IpAddress> addresses{};
  std::uint16_t port = 0;  ///< 0: the scheme's own
};

/// A and AAAA: a CNAME to the first one's target with its addresses, where it has one and `by_name` allows it, else the addresses of all. SVCB and HTTPS (RFC 9460): one record for
/// each, best first. Other types: the CNAME, or nothing. A reply without a record says with a SOA of `zone` for how long that holds (RFC 2308 sec. 3).
void point_to(Reply& reply, const Query& query, std::span<const PointedAt> servers, std::chrono::seconds ttl,
              bool by_name, const Name& zone);

}  // namespace harbinger
