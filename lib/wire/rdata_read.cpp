#include "wire/rdata_read.h"

#include <algorithm>
#include <limits>

#include "wire/octets.h"
#include "wire/rdata_table.h"
#include "wire/svcb.h"
#include "wire/type_bitmap.h"

namespace harbinger {
namespace wire {
namespace {

using Octets = std::span<const std::uint8_t>;

// Octets a field has at least; the ones of strings and names are counted while reading.
constexpr std::size_t fixed_size(Field field) {
  switch (field) {
    case Field::u8:
    case Field::algorithm:
      return 1;
    case Field::u16:
    case Field::type:
      return 2;
    case Field::u32:
    case Field::ttl:
    case Field::time:
    case Field::ipv4:
      return 4;
    case Field::ipv6:
      return 16;
    default:
      return 0;
  }
}

std::unexpected<Error> short_data() { return fail(ErrorCode::truncated, "data ends inside a field"); }

// Walks the data of one record. All lengths are std::size_t: 16 bits have wrapped around for others (CVE-2026-12244).
class RdataReader {
 public:
  RdataReader(NameReader& names, std::size_t offset, std::size_t size, Rdata* out)
      : names_(names), at_(offset), end_(offset + size), out_(out) {}

  Result<void> read(const RdataRow& row) {
    for (std::size_t i = 0; row.fields[i] != Field::end; ++i) {
      if (auto done = read(row.fields[i]); !done) return done;
    }
    if (at_ != end_) return fail(ErrorCode::malformed, "octets left over behind the data");
    if (out_ && out_->size() > 0xffff) return fail(ErrorCode::too_large, "data longer than 65535 octets");
    return {};
  }

 private:
  Result<void> read(Field field) {
    if (const std::size_t size = fixed_size(field)) return take(size);
    switch (field) {
      case Field::name:
      case Field::shared_name:
        return read_name();
      case Field::string:
      case Field::salt:
        return read_string(0);
      case Field::hash:
        return read_string(1);
      case Field::tag:
        return read_tag();
      case Field::strings:
        return read_strings();
      case Field::text:
        return take(left());
      case Field::hex:
      case Field::base64:
        return left() == 0 ? short_data() : take(left());
      case Field::types:
        return read_checked(check_type_bitmap(rest()));
      case Field::params:
        return read_checked(check_svc_params(rest()));
      default:
        return fail(ErrorCode::internal, "field without a reader");
    }
  }

  Result<void> read_name() {
    const Result<Name> name = names_.read(at_, end_);
    if (!name) return fail(name.error());
    if (out_) out_->insert(out_->end(), name->wire().begin(), name->wire().end());
    return {};
  }

  Result<void> read_string(std::size_t shortest) {
    if (left() == 0) return short_data();
    const std::size_t size = names_.message()[at_];
    if (size < shortest) return fail(ErrorCode::malformed, "empty string where octets are needed");
    return take(1 + size);
  }

  Result<void> read_tag() {
    const std::size_t start = at_;
    if (auto done = read_string(1); !done) return done;
    const Octets tag = names_.message().subspan(start + 1, at_ - start - 1);
    const bool plain = std::ranges::all_of(tag, [](std::uint8_t octet) {
      const std::uint8_t letter = lower(octet);
      return (letter >= 'a' && letter <= 'z') || (octet >= '0' && octet <= '9');
    });
    if (!plain) return fail(ErrorCode::malformed, "tag with octets that are neither letters nor digits");
    return {};
  }

  Result<void> read_strings() {
    do {
      if (auto done = read_string(0); !done) return done;
    } while (left() > 0);
    return {};
  }

  Result<void> read_checked(Result<void> checked) {
    if (!checked) return checked;
    return take(left());
  }

  Result<void> take(std::size_t size) {
    if (size > left()) return short_data();
    if (out_) {
      const Octets taken = names_.message().subspan(at_, size);
      out_->insert(out_->end(), taken.begin(), taken.end());
    }
    at_ += size;
    return {};
  }

  std::size_t left() const { return end_ - at_; }
  Octets rest() const { return names_.message().subspan(at_, left()); }

  NameReader& names_;
  std::size_t at_;
  const std::size_t end_;
  Rdata* const out_;  // null: check only
};

std::unexpected<Error> bad_data(RRType type, Error error) {
  error.message = to_string(type) + " data: " + error.message;
  return fail(std::move(error));
}

}  // namespace

Result<Rdata> read_rdata(NameReader& names, RRType type, std::size_t offset, std::size_t size) {
  const Octets message = names.message();
  if (offset > message.size() || size > message.size() - offset) {
    return fail(ErrorCode::truncated, "record data reaches beyond the message");
  }
  const RdataRow* row = find_row(type);
  if (!row)
    return Rdata(message.begin() + static_cast<std::ptrdiff_t>(offset),
                 message.begin() + static_cast<std::ptrdiff_t>(offset + size));
  Rdata rdata;
  rdata.reserve(size);
  RdataReader reader(names, offset, size, &rdata);
  if (auto done = reader.read(*row); !done) return bad_data(type, done.error());
  return rdata;
}

Result<void> check_rdata(NameReader& names, RRType type, std::size_t offset, std::size_t size) {
  const RdataRow* row = find_row(type);
  if (!row) return {};
  RdataReader reader(names, offset, size, nullptr);
  if (auto done = reader.read(*row); !done) return bad_data(type, done.error());
  return {};
}

}  // namespace wire

Result<Rdata> read_rdata(RRType type, std::span<const std::uint8_t> message, std::size_t offset, std::size_t size) {
  wire::NameReader names(message);
  return wire::read_rdata(names, type, offset, size);
}

Result<void> check_rdata(RRType type, std::span<const std::uint8_t> rdata) {
  if (rdata.size() > 0xffff) return fail(ErrorCode::too_large, "data longer than 65535 octets");
  const wire::RdataRow* row = wire::find_row(type);
  if (!row) return {};
  wire::NameReader names(rdata, wire::NameReader::Pointers::forbidden);
  wire::RdataReader reader(names, 0, rdata.size(), nullptr);
  if (auto done = reader.read(*row); !done) return wire::bad_data(type, done.error());
  return {};
}

}  // namespace harbinger
