// Short ways to write a record in code: `reply.add_answer(txt(query.name(), 60s, "hello"))`.
#pragma once

#include <chrono>
#include <span>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/rr.h>

namespace harbinger {

/// TTLs are cut to 0 .. 2^31-1 seconds.
Record a(const Name& owner, std::chrono::seconds ttl, const IpAddress& v4);
Record aaaa(const Name& owner, std::chrono::seconds ttl, const IpAddress& v6);
/// A or AAAA, as the address is.
Record address_record(const Name& owner, std::chrono::seconds ttl, const IpAddress& address);
Record cname(const Name& owner, std::chrono::seconds ttl, const Name& target);
Record ptr(const Name& owner, std::chrono::seconds ttl, const Name& target);
Record txt(const Name& owner, std::chrono::seconds ttl, std::string_view text);
/// Of SVCB and HTTPS records (RFC 9460 sec. 7.2 and 7.3). What is left out is not said.
struct ServiceParams {
  std::uint16_t port = 0;  ///< 0: the scheme's own
  std::span<const IpAddress> addresses{};
};
/// `type` is SVCB or HTTPS. A target that is the root stands for the owner.
Record svcb(const Name& owner, RRType type, std::chrono::seconds ttl, std::uint16_t priority, const Name& target,
            const ServiceParams& params);
Record soa(const Name& owner, std::chrono::seconds ttl, const Soa& fields);

}  // namespace harbinger
