#include <harbinger/message.h>

#include <algorithm>

#include "wire/name_reader.h"
#include "wire/octets.h"
#include "wire/rdata_read.h"

namespace harbinger {
namespace {

using wire::NameReader;

constexpr std::size_t kSmallestRecord = 11;  // a root owner and no data

std::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::malformed, what); }

Result<RecordView> read_view(NameReader& names, std::size_t& offset) {
  std::size_t at = offset;
  const Result<Name> name = names.read(at);
  if (!name) return fail(name.error());
  const auto message = names.message();
  if (message.size() - at < 10) return fail(ErrorCode::truncated, "record cut short");

  const std::uint8_t* fixed = &message[at];
  const std::uint32_t ttl = wire::load_u32(fixed + 4);
  RecordView view;
  view.name = *name;
  view.type = static_cast<RRType>(wire::load_u16(fixed));
  view.klass = static_cast<RRClass>(wire::load_u16(fixed + 2));
  view.ttl = ttl > 0x7fffffff ? 0 : ttl;  // RFC 2181 sec. 8
  view.ttl_offset = at + 4;
  view.rdata_offset = at + 10;
  view.rdata_size = wire::load_u16(fixed + 8);
  if (view.rdata_size > message.size() - view.rdata_offset) return fail(ErrorCode::truncated, "record data cut short");
  offset = view.rdata_offset + view.rdata_size;
  return view;
}

// Takes a message apart, section by section.
class MessageReader {
 public:
  explicit MessageReader(std::span<const std::uint8_t> bytes) : bytes_(bytes), names_(bytes) {}

  Result<Message> run() {
    const Result<Header> header = Header::parse(bytes_);
    if (!header) return fail(header.error());
    message_.header = *header;
    if (header->qdcount > 1) return malformed("more than one question");  // RFC 9619

    Result<void> done = read_question();
    if (done) done = read_section(header->ancount, message_.answers);
    if (done) done = read_section(header->nscount, message_.authorities);
    if (done) done = read_section(header->arcount, message_.additionals);
    if (!done) return fail(done.error());
    if (offset_ != bytes_.size()) return malformed("octets left over behind the last record");
    return std::move(message_);
  }

 private:
  Result<void> read_question() {
    if (message_.header.qdcount == 0) return {};
    const Result<Name> name = names_.read(offset_);
    if (!name) return fail(name.error());
    if (bytes_.size() - offset_ < 4) return fail(ErrorCode::truncated, "question cut short");
    message_.question = Question{*name, static_cast<RRType>(wire::load_u16(&bytes_[offset_])),
                                 static_cast<RRClass>(wire::load_u16(&bytes_[offset_ + 2]))};
    offset_ += 4;
    return {};
  }

  Result<void> read_section(std::size_t count, std::vector<Record>& section) {
    if (count > (bytes_.size() - offset_) / kSmallestRecord) {
      return fail(ErrorCode::truncated, "more records counted than there are");
    }
    section.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const Result<RecordView> view = read_view(names_, offset_);
      if (!view) return fail(view.error());
      if (auto done = add(*view, section); !done) return done;
    }
    return {};
  }

  Result<void> add(const RecordView& view, std::vector<Record>& section) {
    const bool additional = &section == &message_.additionals;
    // RFC 8945 sec. 5.1: a signature covers all before it, so it is the last record or no signature.
    if (signed_) return malformed("a record behind TSIG");
    if (view.type == RRType::OPT) return additional ? add_opt(view) : malformed("OPT outside the additional section");
    if (view.type == RRType::TSIG) {
      signed_ = true;
      return additional ? Result<void>() : malformed("TSIG outside the additional section");
    }

    Result<Rdata> rdata = read_data(view);
    if (!rdata) return fail(rdata.error());
    section.push_back({view.name, view.type, view.klass, view.ttl, std::move(*rdata)});
    return {};
  }

  Result<Rdata> read_data(const RecordView& view) {
    // RFC 2136 sec. 2.4 and 2.5: an update asks for and deletes whole sets by records without data.
    const bool may_be_empty = message_.header.opcode == Opcode::UPDATE && view.klass != RRClass::IN;
    if (view.rdata_size == 0 && may_be_empty) return Rdata();
    return wire::read_rdata(names_, view.type, view.rdata_offset, view.rdata_size);
  }

  // RFC 6891 sec. 6.1.1: at most one, owned by the root.
  Result<void> add_opt(const RecordView& view) {
    if (message_.edns) return malformed("more than one OPT record");
    if (!view.name.is_root()) return malformed("OPT with an owner other than the root");
    const auto options = bytes_.subspan(view.rdata_offset, view.rdata_size);
    OptionReader reader(options);
    while (reader.next()) {
    }
    if (!reader.well_formed()) return malformed("EDNS option cut short");

    const std::uint8_t* ttl = &bytes_[view.ttl_offset];
    Edns edns;
    edns.udp_size = static_cast<std::uint16_t>(view.klass);
    edns.extended_rcode = ttl[0];
    edns.version = ttl[1];
    edns.dnssec_ok = ttl[2] & 0x80;
    edns.options = options;
    message_.edns = edns;
    return {};
  }

  std::span<const std::uint8_t> bytes_;
  NameReader names_;
  std::size_t offset_ = Header::kSize;
  bool signed_ = false;
  Message message_;
};

}  // namespace

Result<RecordView> read_record(std::span<const std::uint8_t> message, std::size_t& offset) {
  NameReader names(message);
  return read_view(names, offset);
}

Result<Message> Message::parse(std::span<const std::uint8_t> bytes) { return MessageReader(bytes).run(); }

std::optional<std::span<const std::uint8_t>> Edns::option(OptionCode code) const {
  OptionReader reader(options);
  while (const auto option = reader.next()) {
    if (option->code == code) return option->data;
  }
  return std::nullopt;
}

}  // namespace harbinger
