#include <harbinger/message.h>

#include <algorithm>
#include <cassert>

#include "wire/octets.h"
#include "wire/rdata_table.h"

// Compression keeps a small hash table of (where the rest of a suffix stands, its first label) -> where that suffix
// stands. A name is looked up label by label from its end, each step one probe, until a suffix is new. So a name costs
// its own length and no more, whatever was written before; comparing with every name so far is what CVE-2024-8508 was
// about.

namespace harbinger {
namespace {

constexpr std::size_t kLargestPointer = 0x3fff;
constexpr std::size_t kProbes = 8;

std::uint8_t slot_of(std::uint16_t rest, const std::uint8_t* label, std::size_t slots) {
  const std::size_t size = label[0] + 1u;
  // The length octet is below 64, so lowering leaves it alone.
  std::uint64_t letters =
      wire::lower_word(size < 8 ? wire::load_short(label, size) : wire::load_native<std::uint64_t>(label));
  if (size > 8) letters ^= wire::lower_word(wire::load_native<std::uint64_t>(label + size - 8)) * 31;
  const std::uint64_t hash = (letters ^ rest * 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
  return static_cast<std::uint8_t>((hash >> 32) % slots);
}

}  // namespace

MessageWriter::MessageWriter(std::span<std::uint8_t> out, const Header& header)
    : out_(out.first(std::min<std::size_t>(out.size(), 0xffff))), header_(header) {
  assert(out.size() >= Header::kSize);
  header_.qdcount = header_.ancount = header_.nscount = header_.arcount = 0;
}

bool MessageWriter::add_question(const Question& question) {
  if (overflowed_) return false;
  const std::size_t start = size_;
  if (!put_name(question.name.wire()) || !put_u16(static_cast<std::uint16_t>(question.type)) ||
      !put_u16(static_cast<std::uint16_t>(question.klass))) {
    return undo(start);
  }
  if (start == Header::kSize) question_name_size_ = static_cast<std::uint8_t>(question.name.size());
  ++header_.qdcount;
  return true;
}

bool MessageWriter::add_record(Section section, const Record& record) {
  return add_record(section, record.name, record.type, record.klass, record.ttl, record.rdata);
}

bool MessageWriter::add_record(Section section, const Name& name, RRType type, RRClass klass, std::uint32_t ttl,
                               std::span<const std::uint8_t> rdata) {
  // Sections are written in their order; records cannot be put in between later.
  assert(section == Section::additional || header_.arcount == 0);
  assert(section != Section::answer || header_.nscount == 0);
  if (!put_record(name.wire(), type, static_cast<std::uint16_t>(klass), ttl, rdata)) return false;
  switch (section) {
    case Section::answer:
      ++header_.ancount;
      break;
    case Section::authority:
      ++header_.nscount;
      break;
    case Section::additional:
      ++header_.arcount;
      break;
  }
  return true;
}

bool MessageWriter::add_opt(const Edns& edns) {
  const std::uint32_t ttl =
      std::uint32_t{edns.extended_rcode} << 24 | std::uint32_t{edns.version} << 16 | (edns.dnssec_ok ? 0x8000u : 0u);
  if (!put_record(Name().wire(), RRType::OPT, edns.udp_size, ttl, edns.options)) return false;
  ++header_.arcount;
  return true;
}

std::span<const std::uint8_t> MessageWriter::finish() {
  header_.write(out_.first<Header::kSize>());
  return out_.first(size_);
}

bool MessageWriter::put_record(std::span<const std::uint8_t> owner, RRType type, std::uint16_t klass, std::uint32_t ttl,
                               std::span<const std::uint8_t> rdata) {
  if (overflowed_) return false;
  const std::size_t start = size_;
  const bool done = put_name(owner) && put_u16(static_cast<std::uint16_t>(type)) && put_u16(klass) && put_u32(ttl) &&
                    put_rdata(type, rdata);
  return done || undo(start);
}

bool MessageWriter::put_rdata(RRType type, std::span<const std::uint8_t> rdata) {
  const std::size_t length_at = size_;
  if (rdata.size() > 0xffff || !put_u16(static_cast<std::uint16_t>(rdata.size()))) return false;
  const wire::RdataRow* row = wire::find_row(type);
  if (!row || !wire::has_shared_names(*row)) return put(rdata);

  if (!put_sharing_names(type, rdata)) return false;
  wire::store_u16(&out_[length_at], static_cast<std::uint16_t>(size_ - length_at - 2));
  return true;
}

// Names are the first fields of these types, but for MX, where a number precedes.
bool MessageWriter::put_sharing_names(RRType type, std::span<const std::uint8_t> rdata) {
  for (const wire::Field field : wire::find_row(type)->fields) {
    if (field == wire::Field::u16 && rdata.size() >= 2) {
      if (!put(rdata.first(2))) return false;
      rdata = rdata.subspan(2);
    } else if (field == wire::Field::shared_name) {
      std::size_t size = 0;
      while (size < rdata.size() && rdata[size] != 0 && rdata[size] <= Name::kMaxLabel) size += rdata[size] + 1u;
      // Data that was never checked goes out as it is.
      if (size >= rdata.size() || rdata[size] != 0 || size >= Name::kMaxWire) break;
      if (!put_name(rdata.first(size + 1))) return false;
      rdata = rdata.subspan(size + 1);
    } else {
      break;
    }
  }
  return put(rdata);
}

bool MessageWriter::put_name(std::span<const std::uint8_t> wire) {
  // Most owners are the name that was asked for.
  if (wire.size() == question_name_size_ && wire.size() > 1 &&
      wire::equal_without_case(&out_[Header::kSize], wire.data(), wire.size())) {
    return put_u16(0xc000 | Header::kSize);
  }

  std::array<std::uint8_t, 128> starts;
  std::size_t fresh = 0;  // labels that must be written, after the walk below
  std::size_t end = 0;    // where the labels known already begin
  for (; wire[end] != 0; end += wire[end] + 1u) starts[fresh++] = static_cast<std::uint8_t>(end);

  std::uint16_t rest = 0;
  while (fresh > 0) {
    const Suffix* known = find(rest, &wire[starts[fresh - 1]]);
    if (!known) break;
    rest = known->offset;
    end = starts[--fresh];
  }

  const std::size_t start = size_;
  if (!put(wire.first(end))) return false;
  if (rest == 0 ? !put(wire.last(1)) : !put_u16(static_cast<std::uint16_t>(0xc000 | rest))) return false;
  while (fresh > 0) {
    const std::size_t offset = start + starts[--fresh];
    if (offset > kLargestPointer || !remember({static_cast<std::uint16_t>(offset), rest})) break;
    rest = static_cast<std::uint16_t>(offset);
  }
  return true;
}

const MessageWriter::Suffix* MessageWriter::find(std::uint16_t rest, const std::uint8_t* label) const {
  const std::size_t slot = slot_of(rest, label, kSlots);
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    const std::uint8_t number = slots_[(slot + probe) % kSlots];
    if (number == 0) return nullptr;
    const Suffix& suffix = suffixes_[number - 1u];
    const std::uint8_t* known = &out_[suffix.offset];
    if (suffix.rest == rest && known[0] == label[0] && wire::equal_without_case(known + 1, label + 1, label[0]))
      return &suffix;
  }
  return nullptr;
}

bool MessageWriter::remember(Suffix suffix) {
  if (remembered_ == kRememberedNames) return false;
  const std::size_t slot = slot_of(suffix.rest, &out_[suffix.offset], kSlots);
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    std::uint8_t& number = slots_[(slot + probe) % kSlots];
    if (number != 0) continue;
    suffixes_[remembered_] = suffix;
    number = ++remembered_;
    return true;
  }
  return false;
}

bool MessageWriter::put(std::span<const std::uint8_t> octets) {
  if (octets.size() > out_.size() - size_) return false;
  if (!octets.empty()) std::memcpy(&out_[size_], octets.data(), octets.size());
  size_ += octets.size();
  return true;
}

bool MessageWriter::put_u16(std::uint16_t value) {
  if (out_.size() - size_ < 2) return false;
  wire::store_u16(&out_[size_], value);
  size_ += 2;
  return true;
}

bool MessageWriter::put_u32(std::uint32_t value) {
  if (out_.size() - size_ < 4) return false;
  wire::store_u32(&out_[size_], value);
  size_ += 4;
  return true;
}

bool MessageWriter::undo(std::size_t size) {
  size_ = size;
  overflowed_ = true;
  return false;
}

std::vector<std::uint8_t> make_query(std::uint16_t id, const Question& question, bool recursion_desired,
                                     std::uint16_t udp_size, bool dnssec_ok, std::span<const std::uint8_t> options) {
  std::vector<std::uint8_t> message(Header::kSize + question.name.size() + 4 + (udp_size ? 11 + options.size() : 0));
  Header header;
  header.id = id;
  header.rd = recursion_desired;
  MessageWriter writer(message, header);
  writer.add_question(question);
  if (udp_size != 0) writer.add_opt({.udp_size = udp_size, .dnssec_ok = dnssec_ok, .options = options});
  writer.finish();
  return message;
}

}  // namespace harbinger
