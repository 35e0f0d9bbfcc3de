#include "wire/rdata_table.h"

#include <algorithm>

namespace harbinger::wire {
namespace {

using enum Field;

// Types without a name of their own in RRType are written with their number.
constexpr RRType other(std::uint16_t number) { return static_cast<RRType>(number); }

constexpr RdataRow kRows[] = {
    // RFC 1035 sec. 3.3 and 3.4
    {RRType::A, {ipv4}},
    {RRType::NS, {shared_name}},
    {other(3), {shared_name}},  // MD
    {other(4), {shared_name}},  // MF
    {RRType::CNAME, {shared_name}},
    {RRType::SOA, {shared_name, shared_name, u32, ttl, ttl, ttl, ttl}},
    {other(7), {shared_name}},  // MB
    {other(8), {shared_name}},  // MG
    {other(9), {shared_name}},  // MR
    {RRType::PTR, {shared_name}},
    {RRType::HINFO, {string, string}},
    {other(14), {shared_name, shared_name}},  // MINFO
    {RRType::MX, {u16, shared_name}},
    {RRType::TXT, {strings}},
    // Names here are never written compressed (RFC 3597 sec. 4), but read either way.
    {other(17), {name, name}},                                  // RP, RFC 1183
    {other(18), {u16, name}},                                   // AFSDB, RFC 1183
    {other(21), {u16, name}},                                   // RT, RFC 1183
    {RRType::AAAA, {ipv6}},                                     // RFC 3596
    {RRType::SRV, {u16, u16, u16, name}},                       // RFC 2782
    {RRType::NAPTR, {u16, u16, string, string, string, name}},  // RFC 3403
    {other(26), {u16, name, name}},                             // PX, RFC 2163
    {other(36), {u16, name}},                                   // KX, RFC 2230
    {RRType::DNAME, {name}},                                    // RFC 6672
    {other(99), {strings}},                                     // SPF, RFC 7208
    // DNSSEC (RFC 4034, RFC 5155, RFC 7344)
    {RRType::DS, {u16, algorithm, u8, hex}},
    {RRType::RRSIG, {Field::type, algorithm, u8, u32, Field::time, Field::time, u16, name, base64}},
    {RRType::NSEC, {name, types}},
    {RRType::DNSKEY, {u16, u8, algorithm, base64}},
    {RRType::NSEC3, {u8, u8, u16, salt, hash, types}},
    {RRType::NSEC3PARAM, {u8, u8, u16, salt}},
    {other(59), {u16, algorithm, u8, hex}},     // CDS
    {other(60), {u16, u8, algorithm, base64}},  // CDNSKEY
    {other(62), {u32, u16, types}},             // CSYNC, RFC 7477
    {other(63), {u32, u8, u8, hex}},            // ZONEMD, RFC 8976
    // Keys and certificates
    {other(44), {u8, u8, hex}},         // SSHFP, RFC 4255
    {RRType::TLSA, {u8, u8, u8, hex}},  // RFC 6698
    {other(53), {u8, u8, u8, hex}},     // SMIMEA, RFC 8162
    {other(61), {base64}},              // OPENPGPKEY, RFC 7929
    {RRType::CAA, {u8, tag, text}},     // RFC 8659
    // Services
    {RRType::SVCB, {u16, name, params}},   // RFC 9460
    {RRType::HTTPS, {u16, name, params}},  // RFC 9460
    {other(256), {u16, u16, text}},        // URI, RFC 7553
};

constexpr std::size_t kLowTypes = 258;

// Row number by type, so that finding one is a single read. 255 is "no row".
constexpr auto kRowByType = [] {
  std::array<std::uint8_t, kLowTypes> rows;
  rows.fill(255);
  std::uint8_t number = 0;
  for (const RdataRow& row : kRows) rows[static_cast<std::size_t>(row.type)] = number++;
  return rows;
}();

}  // namespace

const RdataRow* find_row(RRType type) {
  const auto number = static_cast<std::size_t>(type);
  if (number >= kLowTypes || kRowByType[number] == 255) return nullptr;
  return &kRows[kRowByType[number]];
}

bool has_shared_names(const RdataRow& row) {
  return row.fields[0] == shared_name || (row.fields[0] == u16 && row.fields[1] == shared_name);
}

}  // namespace harbinger::wire
