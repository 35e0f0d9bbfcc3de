// Values out of record data, and back: targets, SOA, TXT.
#include <harbinger/rr.h>

#include <algorithm>

#include "wire/name_reader.h"
#include "wire/octets.h"

namespace harbinger {
namespace {

using Octets = std::span<const std::uint8_t>;

// Where the name stands in the data of types that have a target.
std::optional<std::size_t> target_offset(RRType type) {
  switch (type) {
    case RRType::NS:
    case RRType::CNAME:
    case RRType::PTR:
    case RRType::DNAME:
      return 0;
    case RRType::MX:
    case RRType::SVCB:
    case RRType::HTTPS:
      return 2;
    case RRType::SRV:
      return 6;
    default:
      return std::nullopt;
  }
}

void append_u32(Rdata& rdata, std::uint32_t value) {
  rdata.resize(rdata.size() + 4);
  wire::store_u32(&rdata[rdata.size() - 4], value);
}

}  // namespace

std::optional<Name> target_of(RRType type, std::span<const std::uint8_t> rdata) {
  auto offset = target_offset(type);
  if (!offset) return std::nullopt;
  const auto name = wire::NameReader(rdata, wire::NameReader::Pointers::forbidden).read(*offset);
  if (!name) return std::nullopt;
  return *name;
}

Result<Soa> Soa::from_rdata(std::span<const std::uint8_t> rdata) {
  wire::NameReader names(rdata, wire::NameReader::Pointers::forbidden);
  std::size_t offset = 0;
  const Result<Name> primary = names.read(offset);
  if (!primary) return fail(primary.error());
  const Result<Name> mailbox = names.read(offset);
  if (!mailbox) return fail(mailbox.error());
  if (rdata.size() - offset != 20) return fail(ErrorCode::malformed, "SOA data without its five numbers");

  const std::uint8_t* numbers = &rdata[offset];
  return Soa{*primary,
             *mailbox,
             wire::load_u32(numbers),
             wire::load_u32(numbers + 4),
             wire::load_u32(numbers + 8),
             wire::load_u32(numbers + 12),
             wire::load_u32(numbers + 16)};
}

Rdata Soa::to_rdata() const {
  Rdata rdata(primary.wire().begin(), primary.wire().end());
  rdata.reserve(primary.size() + mailbox.size() + 20);
  rdata.insert(rdata.end(), mailbox.wire().begin(), mailbox.wire().end());
  for (const std::uint32_t number : {serial, refresh, retry, expire, minimum}) append_u32(rdata, number);
  return rdata;
}

Rdata txt_rdata(std::string_view text) {
  // What is beyond the longest data has no place in any record.
  text = text.substr(0, 255 * 255);
  Rdata rdata;
  rdata.reserve(text.size() + text.size() / 255 + 1);
  do {
    const std::string_view piece = text.substr(0, 255);
    rdata.push_back(static_cast<std::uint8_t>(piece.size()));
    rdata.insert(rdata.end(), piece.begin(), piece.end());
    text.remove_prefix(piece.size());
  } while (!text.empty());
  return rdata;
}

}  // namespace harbinger
