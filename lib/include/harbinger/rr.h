// Resource records: types, classes, codes, and the data of a record in wire and presentation form.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/name.h>
#include <harbinger/result.h>

namespace harbinger {

/// Record types as in the RFCs. Values not listed are legal: cast, they are handled by RFC 3597.
enum class RRType : std::uint16_t {
  A = 1,
  NS = 2,
  CNAME = 5,
  SOA = 6,
  PTR = 12,
  HINFO = 13,
  MX = 15,
  TXT = 16,
  AAAA = 28,
  SRV = 33,
  NAPTR = 35,
  DNAME = 39,
  OPT = 41,
  DS = 43,
  RRSIG = 46,
  NSEC = 47,
  DNSKEY = 48,
  NSEC3 = 50,
  NSEC3PARAM = 51,
  TLSA = 52,
  SVCB = 64,
  HTTPS = 65,
  TSIG = 250,
  IXFR = 251,
  AXFR = 252,
  ANY = 255,
  CAA = 257,
};

enum class RRClass : std::uint16_t { IN = 1, CH = 3, HS = 4, NONE = 254, ANY = 255 };

/// The upper eight bits of values above 15 travel in the OPT record (RFC 6891 sec. 6.1.3).
enum class Rcode : std::uint16_t {
  NOERROR = 0,
  FORMERR = 1,
  SERVFAIL = 2,
  NXDOMAIN = 3,
  NOTIMP = 4,
  REFUSED = 5,
  YXDOMAIN = 6,
  YXRRSET = 7,
  NXRRSET = 8,
  NOTAUTH = 9,
  NOTZONE = 10,
  BADVERS = 16,
  BADCOOKIE = 23,
};

enum class Opcode : std::uint8_t { QUERY = 0, STATUS = 2, NOTIFY = 4, UPDATE = 5, DSO = 6 };

/// `A`, `TYPE731` (RFC 3597 sec. 5), and back without case.
std::string to_string(RRType type);
std::string to_string(RRClass klass);
std::string to_string(Rcode rcode);
std::string to_string(Opcode opcode);
std::optional<RRType> parse_type(std::string_view text);
std::optional<RRClass> parse_class(std::string_view text);
std::optional<Rcode> parse_rcode(std::string_view text);

/// The data of one record: uncompressed wire form, at most 65535 octets.
using Rdata = std::vector<std::uint8_t>;

/// One resource record.
struct Record {
  Name name;
  RRType type = RRType::A;
  RRClass klass = RRClass::IN;
  std::uint32_t ttl = 0;  ///< seconds
  Rdata rdata;

  bool operator==(const Record&) const = default;
  /// `example.org. 300 IN A 192.0.2.1`
  std::string to_string() const;
};

/// Reads the data of a record out of a message, following compression (only where the type allows it), and checks every
/// field of the types known here. `message` is the whole message, `[offset, offset + size)` the data in it.
Result<Rdata> read_rdata(RRType type, std::span<const std::uint8_t> message, std::size_t offset, std::size_t size);

/// Checks data that is already uncompressed.
Result<void> check_rdata(RRType type, std::span<const std::uint8_t> rdata);

/// Presentation form: the words behind the type in a zone file; `\# 4 0A000001` for types unknown here.
std::string rdata_to_text(RRType type, std::span<const std::uint8_t> rdata);

/// One word of a zone file, its escapes still in place (`a\.b`, `\032`). A word that stood in quotes is passed without them and with
/// `quoted` set.
struct Word {
  std::string text;
  bool quoted = false;
  int line = 0;
  int column = 0;
};
/// From words of a zone file, names relative to `origin`. Every type takes the RFC 3597 form as well.
Result<Rdata> rdata_from_words(RRType type, std::span<const Word> words, const Name& origin);
/// As above, from one line of text: `rdata_from_text(RRType::MX, "10 mail.example.org.")`.
Result<Rdata> rdata_from_text(RRType type, std::string_view text, const Name& origin = {});

/// Whole-record convenience: `example.org. 300 IN A 192.0.2.1`; TTL and class may be left out (0 and IN).
Result<Record> record_from_text(std::string_view text, const Name& origin = {});

/// The one name in the data of NS, CNAME, PTR, DNAME, MX, SRV, and the targets of SVCB and HTTPS; nullopt for other types.
std::optional<Name> target_of(RRType type, std::span<const std::uint8_t> rdata);

/// The fields of a SOA record (RFC 1035 sec. 3.3.13). Times in seconds.
struct Soa {
  Name primary;
  Name mailbox;
  std::uint32_t serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0;

  static Result<Soa> from_rdata(std::span<const std::uint8_t> rdata);
  Rdata to_rdata() const;
};

/// Data of a TXT record from one text, cut into strings of 255 octets.
Rdata txt_rdata(std::string_view text);

}  // namespace harbinger
