// What of an upstream's reply belongs to the question. The rest is dropped, so that it can harm nobody.
#pragma once

#include <optional>

#include <harbinger/message.h>
#include <harbinger/result.h>

namespace harbinger::forward {

/// Longest chain of CNAME and DNAME records that is followed.
inline constexpr int kMostLinks = 16;
/// TTLs are cut to this: 7 days.
inline constexpr std::uint32_t kMostTtl = 7 * 86400;

/// Drops from `reply`: answers that are not on the chain from the question or not of the type asked for; authority records other than
/// SOA, NS and (with `dnssec_ok`) proofs of a zone around the name; all additional records. Signatures stay with `dnssec_ok` only. TTLs are cut.
/// Malformed when the reply is for another question, or its chain is a ring or too long.
Result<void> scrub(Message& reply, const Question& question, bool dnssec_ok);

/// The scope of a reply to a query with `sent`: 0 without an option in it. Malformed when the option is, or speaks of another subnet
/// (RFC 7871 sec. 7.3).
Result<std::uint8_t> scope_of(const Message& reply, const ClientSubnet& sent);

}  // namespace harbinger::forward
