// Mnemonics of types, classes and codes.
#include <harbinger/rr.h>

#include <algorithm>
#include <iterator>

#include "wire/text.h"

namespace harbinger {
namespace {

struct Mnemonic {
  std::uint16_t value;
  std::string_view text;
};

constexpr Mnemonic kTypes[] = {
    {1, "A"},       {2, "NS"},       {3, "MD"},          {4, "MF"},     {5, "CNAME"},   {6, "SOA"},
    {7, "MB"},      {8, "MG"},       {9, "MR"},          {10, "NULL"},  {11, "WKS"},    {12, "PTR"},
    {13, "HINFO"},  {14, "MINFO"},   {15, "MX"},         {16, "TXT"},   {17, "RP"},     {18, "AFSDB"},
    {19, "X25"},    {20, "ISDN"},    {21, "RT"},         {22, "NSAP"},  {24, "SIG"},    {25, "KEY"},
    {26, "PX"},     {27, "GPOS"},    {28, "AAAA"},       {29, "LOC"},   {30, "NXT"},    {33, "SRV"},
    {35, "NAPTR"},  {36, "KX"},      {37, "CERT"},       {39, "DNAME"}, {41, "OPT"},    {42, "APL"},
    {43, "DS"},     {44, "SSHFP"},   {45, "IPSECKEY"},   {46, "RRSIG"}, {47, "NSEC"},   {48, "DNSKEY"},
    {49, "DHCID"},  {50, "NSEC3"},   {51, "NSEC3PARAM"}, {52, "TLSA"},  {53, "SMIMEA"}, {55, "HIP"},
    {59, "CDS"},    {60, "CDNSKEY"}, {61, "OPENPGPKEY"}, {62, "CSYNC"}, {63, "ZONEMD"}, {64, "SVCB"},
    {65, "HTTPS"},  {99, "SPF"},     {104, "NID"},       {105, "L32"},  {106, "L64"},   {107, "LP"},
    {108, "EUI48"}, {109, "EUI64"},  {249, "TKEY"},      {250, "TSIG"}, {251, "IXFR"},  {252, "AXFR"},
    {253, "MAILB"}, {254, "MAILA"},  {255, "ANY"},       {256, "URI"},  {257, "CAA"},
};

constexpr Mnemonic kClasses[] = {{1, "IN"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"}};

constexpr Mnemonic kRcodes[] = {
    {0, "NOERROR"},  {1, "FORMERR"},    {2, "SERVFAIL"}, {3, "NXDOMAIN"},  {4, "NOTIMP"},
    {5, "REFUSED"},  {6, "YXDOMAIN"},   {7, "YXRRSET"},  {8, "NXRRSET"},   {9, "NOTAUTH"},
    {10, "NOTZONE"}, {11, "DSOTYPENI"}, {16, "BADVERS"}, {17, "BADKEY"},   {18, "BADTIME"},
    {19, "BADMODE"}, {20, "BADNAME"},   {21, "BADALG"},  {22, "BADTRUNC"}, {23, "BADCOOKIE"},
};

constexpr Mnemonic kOpcodes[] = {{0, "QUERY"}, {1, "IQUERY"}, {2, "STATUS"}, {4, "NOTIFY"}, {5, "UPDATE"}, {6, "DSO"}};

// Values nobody named get a prefix and their number, in the manner of RFC 3597 sec. 5.
std::string text_of(std::span<const Mnemonic> table, std::uint16_t value, std::string_view prefix) {
  const auto row = std::ranges::lower_bound(table, value, {}, &Mnemonic::value);
  if (row != table.end() && row->value == value) return std::string(row->text);
  return std::string(prefix) + std::to_string(value);
}

std::optional<std::uint16_t> value_of(std::span<const Mnemonic> table, std::string_view text, std::string_view prefix) {
  const auto row = std::ranges::find_if(
      table, [&](const Mnemonic& candidate) { return wire::equal_without_case(candidate.text, text); });
  if (row != table.end()) return row->value;
  if (text.size() <= prefix.size() || !wire::equal_without_case(text.substr(0, prefix.size()), prefix))
    return std::nullopt;
  return wire::parse_number<std::uint16_t>(text.substr(prefix.size()));
}

template <class Enum>
std::optional<Enum> as(std::optional<std::uint16_t> value) {
  if (!value) return std::nullopt;
  return static_cast<Enum>(*value);
}

}  // namespace

std::string to_string(RRType type) { return text_of(kTypes, static_cast<std::uint16_t>(type), "TYPE"); }
std::string to_string(RRClass klass) { return text_of(kClasses, static_cast<std::uint16_t>(klass), "CLASS"); }
std::string to_string(Rcode rcode) { return text_of(kRcodes, static_cast<std::uint16_t>(rcode), "RCODE"); }
std::string to_string(Opcode opcode) { return text_of(kOpcodes, static_cast<std::uint16_t>(opcode), "OPCODE"); }

std::optional<RRType> parse_type(std::string_view text) { return as<RRType>(value_of(kTypes, text, "TYPE")); }
std::optional<RRClass> parse_class(std::string_view text) { return as<RRClass>(value_of(kClasses, text, "CLASS")); }

std::optional<Rcode> parse_rcode(std::string_view text) {
  const auto rcode = as<Rcode>(value_of(kRcodes, text, "RCODE"));
  if (rcode && static_cast<std::uint16_t>(*rcode) > 0xfff) return std::nullopt;  // twelve bits (RFC 6891 sec. 6.1.3)
  return rcode;
}

}  // namespace harbinger
