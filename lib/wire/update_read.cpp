// Reading UPDATE messages, with the checks of RFC 2136 that need no zone: sec. 3.1.1, 3.2 and 3.4.1.
#include <harbinger/update.h>

#include <map>

#include "wire/name_reader.h"
#include "wire/octets.h"
#include "wire/rdata_read.h"

namespace harbinger {

namespace {

using wire::NameReader;
using Outcome = std::expected<void, UpdateRefusal>;

constexpr std::uint16_t kFirstMetaType = 128, kLastMetaType = 255;  // RFC 6895 sec. 3.1

std::unexpected<UpdateRefusal> refuse(Rcode rcode, std::string why) {
  return std::unexpected(UpdateRefusal{rcode, std::move(why)});
}
std::unexpected<UpdateRefusal> malformed(std::string why) { return refuse(Rcode::FORMERR, std::move(why)); }

bool is_meta(RRType type) {
  const auto number = static_cast<std::uint16_t>(type);
  return number == 0 || type == RRType::OPT || (number >= kFirstMetaType && number <= kLastMetaType);
}

// A record as it lies in the message.
struct Lying {
  Name name;
  RRType type{};
  RRClass klass{};
  std::uint32_t ttl = 0;
  std::size_t at = 0, size = 0;  // of its data

  std::string to_string() const { return name.to_string() + " " + harbinger::to_string(type); }
};

class UpdateReader {
 public:
  explicit UpdateReader(std::span<const std::uint8_t> message) : message_(message), names_(message) {}

  std::expected<UpdateMessage, UpdateRefusal> run() {
    const auto header = Header::parse(message_);
    if (!header) return malformed(header.error().message);
    if (header->opcode != Opcode::UPDATE || header->qr) return malformed("not an UPDATE request");
    auto done = read_zone(header->qdcount);
    if (done) done = each(header->ancount, [this](const Lying& record) { return add_prerequisite(record); });
    if (done) done = each(header->nscount, [this](const Lying& record) { return add_change(record); });
    if (done) done = each(header->arcount, [this](const Lying& record) { return add_additional(record); });
    if (!done) return std::unexpected(std::move(done.error()));
    if (offset_ != message_.size()) return malformed("octets left over behind the last record");
    for (auto& set : sets_) update_.prerequisites.push_back(std::move(set));
    return std::move(update_);
  }

 private:
  // Sec. 3.1.1.
  Outcome read_zone(int count) {
    if (count != 1) return malformed("an UPDATE is about one zone, not " + std::to_string(count));
    const auto name = names_.read(offset_);
    if (!name) return malformed(name.error().message);
    if (message_.size() - offset_ < 4) return malformed("zone section cut short");
    const auto type = static_cast<RRType>(wire::load_u16(&message_[offset_]));
    const auto klass = static_cast<RRClass>(wire::load_u16(&message_[offset_ + 2]));
    offset_ += 4;
    update_.zone = *name;
    if (type != RRType::SOA) return malformed("the zone section has type SOA, not " + to_string(type));
    if (klass == RRClass::ANY || klass == RRClass::NONE) return malformed("a zone of class " + to_string(klass));
    if (klass != RRClass::IN) return refuse(Rcode::NOTAUTH, "no zone of class " + to_string(klass) + " is served here");
    return {};
  }

  template <class Take>
  Outcome each(int count, Take take) {
    for (int i = 0; i < count; ++i) {
      const auto record = next();
      if (!record) return malformed(record.error().message);
      if (signed_) return malformed("a record behind TSIG");
      if (auto taken = take(*record); !taken) return taken;
    }
    return {};
  }

  // Unlike read_record(), with the TTL as it is: one that must be zero must be so in all its bits.
  Result<Lying> next() {
    const auto name = names_.read(offset_);
    if (!name) return fail(name.error());
    if (message_.size() - offset_ < 10) return fail(ErrorCode::truncated, "record cut short");
    const std::uint8_t* fixed = &message_[offset_];
    Lying record{.name = *name,
                 .type = static_cast<RRType>(wire::load_u16(fixed)),
                 .klass = static_cast<RRClass>(wire::load_u16(fixed + 2)),
                 .ttl = wire::load_u32(fixed + 4),
                 .at = offset_ + 10,
                 .size = wire::load_u16(fixed + 8)};
    if (message_.size() - record.at < record.size) return fail(ErrorCode::truncated, "record data cut short");
    offset_ = record.at + record.size;
    return record;
  }

  Outcome within_zone(const Lying& record) const {
    if (record.name.is_within(update_.zone)) return {};
    return refuse(Rcode::NOTZONE, record.name.to_string() + " is not in " + update_.zone.to_string());
  }

  std::expected<Rdata, UpdateRefusal> data_of(const Lying& record) {
    auto rdata = wire::read_rdata(names_, record.type, record.at, record.size);
    if (!rdata) return malformed(record.to_string() + ": " + rdata.error().message);
    return std::move(*rdata);
  }

  // Sec. 3.2.
  Outcome add_prerequisite(const Lying& record) {
    if (record.ttl != 0) return malformed("prerequisite with a TTL: " + record.to_string());
    if (auto within = within_zone(record); !within) return within;
    if (record.klass == RRClass::IN) return add_to_set(record);
    if (record.klass != RRClass::ANY && record.klass != RRClass::NONE)
      return malformed("prerequisite of class " + to_string(record.klass));
    if (record.size != 0)
      return malformed("prerequisite with data, but not of the zone's class: " + record.to_string());
    const bool is_name = record.type == RRType::ANY;
    if (!is_name && is_meta(record.type)) return malformed("prerequisite of type " + to_string(record.type));
    using enum Prerequisite::Kind;
    const bool wanted = record.klass == RRClass::ANY;
    const auto kind = is_name ? (wanted ? name_in_use : name_unused) : (wanted ? set_exists : set_absent);
    update_.prerequisites.push_back({kind, record.name, record.type, {}});
    return {};
  }

  Outcome add_to_set(const Lying& record) {
    if (is_meta(record.type)) return malformed("prerequisite of type " + to_string(record.type));
    auto rdata = data_of(record);
    if (!rdata) return std::unexpected(std::move(rdata.error()));
    const auto [place, fresh] = set_places_.try_emplace({record.name, record.type}, sets_.size());
    if (fresh) sets_.push_back({Prerequisite::Kind::set_is, record.name, record.type, {}});
    sets_[place->second].rdatas.push_back(std::move(*rdata));
    return {};
  }

  // Sec. 3.4.1.
  Outcome add_change(const Lying& record) {
    if (auto within = within_zone(record); !within) return within;
    const bool is_name = record.klass == RRClass::ANY && record.type == RRType::ANY;
    if (!is_name && is_meta(record.type)) return malformed("a change of type " + to_string(record.type));
    switch (record.klass) {
      case RRClass::IN:
        return change_record(Change::Kind::add, record);
      case RRClass::NONE:
        if (record.ttl != 0) return malformed("removal with a TTL: " + record.to_string());
        return change_record(Change::Kind::remove_record, record);
      case RRClass::ANY:
        if (record.ttl != 0) return malformed("removal with a TTL: " + record.to_string());
        if (record.size != 0) return malformed("removal of a whole set, but with data: " + record.to_string());
        update_.changes.push_back({is_name ? Change::Kind::remove_name : Change::Kind::remove_set,
                                   {record.name, record.type, RRClass::IN, 0, {}}});
        return {};
      default:
        return malformed("a change of class " + to_string(record.klass));
    }
  }

  Outcome change_record(Change::Kind kind, const Lying& record) {
    auto rdata = data_of(record);
    if (!rdata) return std::unexpected(std::move(rdata.error()));
    const auto ttl = record.ttl > 0x7fffffff ? 0 : record.ttl;  // RFC 2181 sec. 8
    update_.changes.push_back({kind, {record.name, record.type, RRClass::IN, ttl, std::move(*rdata)}});
    return {};
  }

  // Addresses may come along here (sec. 2.6); nobody needs them.
  Outcome add_additional(const Lying& record) {
    signed_ = record.type == RRType::TSIG;
    return record.type == RRType::OPT ? add_opt(record) : Outcome();
  }

  Outcome add_opt(const Lying& record) {
    if (std::exchange(has_opt_, true)) return malformed("more than one OPT record");
    if (!record.name.is_root()) return malformed("OPT with an owner other than the root");
    if ((record.ttl >> 16 & 0xff) != 0) return refuse(Rcode::BADVERS, "EDNS is known here up to version 0");
    OptionReader options(message_.subspan(record.at, record.size));
    while (const auto option = options.next()) {
      if (option->code != kUpdateLease || update_.lease) continue;
      const auto lease = UpdateLease::parse(option->data);
      if (!lease) return malformed(lease.error().message);
      update_.lease = *lease;
    }
    return options.well_formed() ? Outcome() : malformed("EDNS option cut short");
  }

  std::span<const std::uint8_t> message_;
  NameReader names_;
  std::size_t offset_ = Header::kSize;
  bool signed_ = false, has_opt_ = false;
  UpdateMessage update_{};
  std::vector<Prerequisite> sets_;
  std::map<std::pair<Name, RRType>, std::size_t> set_places_;  // in sets_
};

}  // namespace

std::expected<UpdateMessage, UpdateRefusal> UpdateMessage::read(std::span<const std::uint8_t> message) {
  return UpdateReader(message).run();
}

}  // namespace harbinger
