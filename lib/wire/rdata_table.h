// What the data of each record type consists of. The one table behind reading, checking, printing and scanning.
#pragma once

#include <array>
#include <cstdint>

#include <harbinger/rr.h>

namespace harbinger::wire {

enum class Field : std::uint8_t {
  end,          // no more fields
  u8,           //
  algorithm,    // of DNSSEC, one octet; text may have its mnemonic (RFC 4034 app. A.1)
  u16,          //
  u32,          //
  ttl,          // 32 bits of seconds; text may have units
  time,         // 32 bits of seconds since 1970; YYYYMMDDHHmmSS in text (RFC 4034 sec. 3.2)
  type,         // a record type
  ipv4,         //
  ipv6,         //
  name,         // a name that is written uncompressed (RFC 3597 sec. 4)
  shared_name,  // a name of RFC 1035's types, which may be written compressed
  string,       // a length octet and so many octets
  strings,      // one or more of them, to the end
  tag,          // a string of letters and digits (RFC 8659 sec. 4.1)
  text,         // octets to the end, quoted in text
  hex,          // octets to the end
  base64,       // octets to the end
  salt,         // a length octet and octets, hex or `-` in text (RFC 5155 sec. 3.3)
  hash,         // a length octet and octets, base32hex in text (RFC 5155 sec. 3.3)
  types,        // a bitmap of types, to the end (RFC 4034 sec. 4.1.2)
  params,       // service parameters, to the end (RFC 9460 sec. 2)
};

struct RdataRow {
  RRType type{};
  std::array<Field, 10> fields{};  // at least one Field::end behind the last
};

/// The row of a type; null for types that are octets to us (RFC 3597).
const RdataRow* find_row(RRType type);

/// True when names in this type's data may be written compressed.
bool has_shared_names(const RdataRow& row);

}  // namespace harbinger::wire
