#include "chain/query_parser.h"

#include <algorithm>

#include "wire/octets.h"
#include "wire/rdata_read.h"

namespace harbinger {

namespace {

// RFC 8945 sec. 4.2: algorithm, time, fudge; MAC; id, error; other data.
bool well_formed_tsig(wire::NameReader& names, std::size_t at, std::size_t end) {
  if (!names.read(at, end) || end - at < 10) return false;
  const std::size_t before_other = 10 + wire::load_u16(&names.message()[at + 8]) + std::size_t{6};
  if (end - at < before_other) return false;
  return end - at == before_other + wire::load_u16(&names.message()[at + before_other - 2]);
}

bool is_transfer(RRType type) { return type == RRType::AXFR || type == RRType::IXFR; }

// RFC 2136 sec. 2.4 and 2.5: records of an UPDATE that name things to look for, or to remove, have no data.
bool may_be_empty(Opcode opcode, std::size_t data_size) { return opcode == Opcode::UPDATE && data_size == 0; }

}  // namespace

Parsed QueryParser::parse(const Incoming& in, Duration time_to_answer, Query& query) {
  bytes_ = in.bytes;
  has_question_ = signed_ = false;
  if (in.bytes.size() < Header::kSize) return Parsed::drop;
  const auto header = Header::parse(in.bytes);
  if (!header || header->qr) return Parsed::drop;

  query.id_ = header->id;
  query.flags_ = static_cast<std::uint8_t>((header->rd ? Query::kRd : 0) | (header->cd ? Query::kCd : 0) |
                                           (header->ad ? Query::kAd : 0));
  query.transport_ = in.transport;
  query.client_ = in.client;
  query.arrived_ = in.now;
  query.deadline_ = in.now + time_to_answer;
  query.wire_ = in.bytes;
  if (header->opcode != Opcode::QUERY) return read_other_opcode(*header, query);
  // RFC 9619 sec. 4: exactly one question.
  if (header->qdcount != 1) return Parsed::formerr;

  std::size_t offset = Header::kSize;
  if (const auto parsed = read_question(offset, query); parsed != Parsed::query) return parsed;
  auto parsed = Parsed::query;
  if (header->ancount + header->nscount + header->arcount != 0) parsed = read_records(*header, offset, query);
  if (offset != bytes_.size()) return Parsed::formerr;
  if ((is_transfer(query.type_) || (signed_ && query.type_ == RRType::SOA)) &&
      (parsed == Parsed::query || parsed == Parsed::notauth)) {
    kind_ = ZoneRequest::Kind::transfer;
    return Parsed::zone_request;
  }
  // What belongs to messages is no data that a name could have.
  const bool of_messages = query.type_ == RRType::OPT || query.type_ == RRType::TSIG;
  return of_messages && parsed == Parsed::query ? Parsed::formerr : parsed;
}

// RFC 2136 sec. 2.3 and RFC 1996 sec. 3.7: one zone in the place of a question. What else must be right is for who maintains zones.
Parsed QueryParser::read_other_opcode(const Header& header, Query& query) {
  if (header.opcode != Opcode::UPDATE && header.opcode != Opcode::NOTIFY) return Parsed::notimp;
  kind_ = header.opcode == Opcode::UPDATE ? ZoneRequest::Kind::update : ZoneRequest::Kind::notify;
  if (header.qdcount != 1) return Parsed::formerr;
  std::size_t offset = Header::kSize;
  auto parsed = read_question(offset, query);
  if (parsed == Parsed::query) parsed = read_records(header, offset, query);
  if (offset != bytes_.size()) return Parsed::formerr;
  return parsed == Parsed::query || parsed == Parsed::notauth ? Parsed::zone_request : parsed;
}

// The name stands uncompressed: nothing stands before it that it could point to.
Parsed QueryParser::read_question(std::size_t& offset, Query& query) {
  std::size_t end = offset;
  while (end < bytes_.size() && bytes_[end] != 0) {
    if (bytes_[end] > Name::kMaxLabel) return Parsed::formerr;
    end += bytes_[end] + std::size_t{1};
  }
  if (end + 5 > bytes_.size()) return Parsed::formerr;
  ++end;
  if (end - offset > Name::kMaxWire) return Parsed::formerr;
  query.name_.assign_checked(bytes_.subspan(offset, end - offset));
  query.type_ = static_cast<RRType>(wire::load_u16(&bytes_[end]));
  query.klass_ = static_cast<RRClass>(wire::load_u16(&bytes_[end + 2]));
  offset = end + 4;
  has_question_ = true;
  return Parsed::query;
}

// RFC 9267 sec. 2: reserved label types and pointers that do not point backwards are malformed. Where a pointer leads to is not looked
// at: nobody asks for the name, and a hostile message could make that walk long.
bool QueryParser::skip_name(std::size_t& offset) const {
  const auto begin = offset;
  while (offset < bytes_.size()) {
    const auto head = bytes_[offset];
    if (head == 0) {
      ++offset;
      return offset - begin <= Name::kMaxWire;
    }
    if (head >= 0xc0) {
      if (offset + 2 > bytes_.size()) return false;
      const auto target = wire::load_u16(&bytes_[offset]) & 0x3fffu;
      offset += 2;
      return target >= Header::kSize && target < begin;
    }
    if (head > Name::kMaxLabel) return false;
    offset += head + std::size_t{1};
  }
  return false;
}

bool QueryParser::read_head(std::size_t& offset, RecordHead& record) const {
  record.root_owner = offset < bytes_.size() && bytes_[offset] == 0;
  if (!skip_name(offset) || offset + 10 > bytes_.size()) return false;
  record.type = static_cast<RRType>(wire::load_u16(&bytes_[offset]));
  record.class_offset = offset + 2;
  record.data_offset = offset + 10;
  record.data_size = wire::load_u16(&bytes_[offset + 8]);
  if (record.data_size > bytes_.size() - record.data_offset) return false;
  offset = record.data_offset + record.data_size;
  return true;
}

// Answers and authorities have no meaning in a query, but must be well formed; of the additionals, OPT and TSIG matter. One reader
// bounds what the names in all data may cost.
Parsed QueryParser::read_records(const Header& header, std::size_t& offset, Query& query) {
  wire::NameReader names(bytes_);
  const unsigned before = 0u + header.ancount + header.nscount;
  const unsigned total = before + header.arcount;
  auto parsed = Parsed::query;
  for (unsigned i = 0; i < total; ++i) {
    RecordHead record;
    if (!read_head(offset, record)) return Parsed::formerr;
    if (record.type == RRType::OPT) {
      // RFC 6891 sec. 6.1.1: one OPT at most, in the additional section, owned by the root.
      if (i < before || query.has_edns_ || !record.root_owner) return Parsed::formerr;
      parsed = read_opt(record, query);
      if (parsed == Parsed::formerr) return parsed;
    } else if (record.type == RRType::TSIG) {
      // RFC 8945 sec. 5.1: the last of all records.
      if (i < before || i + 1 != total || !well_formed_tsig(names, record.data_offset, offset)) return Parsed::formerr;
      signed_ = true;
      if (parsed == Parsed::query) parsed = Parsed::notauth;
    } else if (!may_be_empty(header.opcode, record.data_size) &&
               !wire::check_rdata(names, record.type, record.data_offset, record.data_size)) {
      return Parsed::formerr;
    }
  }
  return parsed;
}

// RFC 6891 sec. 6.1.2 and 6.1.3: the class is the UDP size; the TTL is extended rcode, version and flags.
Parsed QueryParser::read_opt(const RecordHead& record, Query& query) {
  query.has_edns_ = true;
  query.udp_size_ = std::max<std::uint16_t>(wire::load_u16(&bytes_[record.class_offset]), 512);
  const auto version = bytes_[record.class_offset + 3];
  if (bytes_[record.class_offset + 4] & 0x80) query.flags_ |= Query::kDo;
  if (version != 0) return Parsed::badvers;
  query.options_ = bytes_.subspan(record.data_offset, record.data_size);

  OptionReader reader(query.options_);
  while (const auto option = reader.next()) {
    if (option->code != OptionCode::ECS) continue;
    auto subnet = ClientSubnet::parse(option->data);
    // RFC 7871 sec. 7.1.1: FORMERR for a malformed one; and in a query the scope must be 0.
    if (!subnet || subnet->scope_bits != 0 || query.ecs_) return Parsed::formerr;
    query.ecs_ = *subnet;
  }
  return reader.well_formed() ? Parsed::query : Parsed::formerr;
}

}  // namespace harbinger
