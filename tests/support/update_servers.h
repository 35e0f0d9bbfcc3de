// Primaries from Debian that take changes by UPDATE: Knot, BIND and PowerDNS, each with a zone and a key of a test's own.
#pragma once

#include <string>
#include <string_view>

#include <harbinger/tsig.h>
#include <tests/support/peers.h>

namespace harbinger::test {

enum class Primary { knot, bind, powerdns };
std::string_view to_string(Primary primary);
/// Says so when it is missing.
bool installed(Primary primary);

inline constexpr std::string_view kUpdateSecret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// As primaries below know it: hmac-sha256, `upd.example.`
TsigKey update_key();

/// Serves example.org, with `www 60 A 192.0.2.1` and what `records` adds as lines of a master file; update_key() may change all of it, and transfer it.
DnsServer start_primary(Primary primary, const Scratch& scratch, std::string_view records = "");

}  // namespace harbinger::test
