// Record data in presentation form, field by field.
#include <harbinger/rr.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "wire/base_codecs.h"
#include "wire/octets.h"
#include "wire/rdata_table.h"
#include "wire/seconds.h"
#include "wire/svcb.h"
#include "wire/text.h"
#include "wire/type_bitmap.h"

namespace harbinger {
namespace {

using Octets = std::span<const std::uint8_t>;
using wire::Field;

// Prints data that was checked, so lengths are right.
class RdataPrinter {
 public:
  explicit RdataPrinter(Octets rdata) : rest_(rdata) {}

  std::string run(const wire::RdataRow& row) {
    for (std::size_t i = 0; row.fields[i] != Field::end; ++i) {
      const std::size_t before = text_.size();
      if (i > 0) text_ += ' ';
      print(row.fields[i]);
      if (text_.size() == before + 1 && i > 0) text_.pop_back();  // nothing in this field
    }
    return std::move(text_);
  }

 private:
  void print(Field field) {
    switch (field) {
      case Field::end:
        break;
      case Field::u8:
      case Field::algorithm:
        text_ += std::to_string(take(1)[0]);
        break;
      case Field::u16:
        text_ += std::to_string(take_u16());
        break;
      case Field::u32:
      case Field::ttl:
        text_ += std::to_string(take_u32());
        break;
      case Field::time:
        text_ += wire::time_to_text(take_u32());
        break;
      case Field::type:
        text_ += to_string(static_cast<RRType>(take_u16()));
        break;
      case Field::ipv4:
        print_address(AF_INET, take(4));
        break;
      case Field::ipv6:
        print_address(AF_INET6, take(16));
        break;
      case Field::name:
      case Field::shared_name:
        print_name();
        break;
      case Field::string:
        wire::append_quoted(text_, take_string());
        break;
      case Field::strings:
        print_strings();
        break;
      case Field::tag:
        print_tag();
        break;
      case Field::text:
        wire::append_quoted(text_, take_rest());
        break;
      case Field::hex:
        wire::append_hex(text_, take_rest());
        break;
      case Field::base64:
        wire::append_base64(text_, take_rest());
        break;
      case Field::salt:
        print_salt();
        break;
      case Field::hash:
        wire::append_base32hex(text_, take_string());
        break;
      case Field::types:
        print_types();
        break;
      case Field::params:
        wire::append_svc_params(text_, take_rest());
        break;
    }
  }

  void print_address(int family, Octets octets) {
    std::array<char, INET6_ADDRSTRLEN> text;
    text_ += inet_ntop(family, octets.data(), text.data(), text.size());
  }

  void print_name() {
    std::size_t size = 1;
    while (rest_[size - 1] != 0) size += rest_[size - 1] + 1u;
    text_ += Name::from_wire(take(size)).value_or(Name()).to_string();
  }

  void print_strings() {
    wire::append_quoted(text_, take_string());
    while (!rest_.empty()) {
      text_ += ' ';
      wire::append_quoted(text_, take_string());
    }
  }

  void print_tag() {
    const Octets tag = take_string();
    text_.append(tag.begin(), tag.end());
  }

  void print_salt() {
    const Octets salt = take_string();
    if (salt.empty()) text_ += '-';
    wire::append_hex(text_, salt);
  }

  void print_types() {
    const char* between = "";
    for (const RRType type : wire::read_type_bitmap(take_rest())) {
      text_ += between + to_string(type);
      between = " ";
    }
  }

  Octets take(std::size_t size) {
    const Octets taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  Octets take_rest() { return take(rest_.size()); }
  Octets take_string() { return take(take(1)[0]); }
  std::uint16_t take_u16() { return wire::load_u16(take(2).data()); }
  std::uint32_t take_u32() { return wire::load_u32(take(4).data()); }

  Octets rest_;
  std::string text_;
};

// RFC 3597 sec. 5
std::string unknown_to_text(Octets rdata) {
  std::string text = "\\# " + std::to_string(rdata.size());
  if (rdata.empty()) return text;
  text += ' ';
  wire::append_hex(text, rdata);
  return text;
}

}  // namespace

std::string rdata_to_text(RRType type, std::span<const std::uint8_t> rdata) {
  const wire::RdataRow* row = wire::find_row(type);
  if (!row || !check_rdata(type, rdata)) return unknown_to_text(rdata);
  return RdataPrinter(rdata).run(*row);
}

}  // namespace harbinger
