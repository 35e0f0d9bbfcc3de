// Short ways to write a record in code: `reply.add_answer(txt(query.name(), 60s, "hello"))`.
#pragma once

#include <chrono>
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
Record soa(const Name& owner, std::chrono::seconds ttl, const Soa& fields);

}  // namespace harbinger
