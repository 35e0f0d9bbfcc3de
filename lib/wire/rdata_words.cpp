// Record data from the words of a zone file, field by field.
#include <harbinger/rr.h>

#include <arpa/inet.h>

#include <algorithm>

#include "wire/base_codecs.h"
#include "wire/dnssec_algorithm.h"
#include "wire/octets.h"
#include "wire/rdata_table.h"
#include "wire/seconds.h"
#include "wire/svcb.h"
#include "wire/text.h"
#include "wire/type_bitmap.h"
#include "wire/words.h"

namespace harbinger {
namespace {

using wire::Field;

// What would have been right; completes "wanted ...".
std::string_view wanted(Field field) {
  switch (field) {
    case Field::end:
      return "nothing more";
    case Field::u8:
      return "a number from 0 to 255";
    case Field::algorithm:
      return "a DNSSEC algorithm, by number or mnemonic";
    case Field::u16:
      return "a number from 0 to 65535";
    case Field::u32:
      return "a number from 0 to 4294967295";
    case Field::ttl:
      return "a time such as 3600 or 1h";
    case Field::time:
      return "a point in time as YYYYMMDDHHmmSS";
    case Field::type:
      return "a record type";
    case Field::ipv4:
      return "an IPv4 address such as 192.0.2.1";
    case Field::ipv6:
      return "an IPv6 address such as 2001:db8::1";
    case Field::name:
    case Field::shared_name:
      return "a name";
    case Field::string:
    case Field::strings:
      return "a string of at most 255 octets";
    case Field::tag:
      return "a tag of letters and digits";
    case Field::text:
      return "a text";
    case Field::hex:
      return "hex digits";
    case Field::base64:
      return "base64";
    case Field::salt:
      return "a salt in hex, or -";
    case Field::hash:
      return "a hash in base32hex";
    case Field::types:
      return "record types";
    case Field::params:
      return "service parameters";
  }
  return "";
}

class RdataScanner {
 public:
  RdataScanner(RRType type, std::span<const Word> words, const Name& origin)
      : type_(type), words_(words), origin_(origin) {
    if (!words.empty()) last_ = {"", words.front().line, words.front().column};
  }

  Result<Rdata> run(const wire::RdataRow& row) {
    for (std::size_t i = 0; row.fields[i] != Field::end; ++i) {
      if (auto done = scan(row.fields[i]); !done) return fail(done.error());
    }
    if (!words_.empty()) return refuse(Field::end);
    return finished();
  }

  // RFC 3597 sec. 5: `\# size hex`
  Result<Rdata> run_generic() {
    words_ = words_.subspan(1);
    const auto size = words_.empty() ? std::nullopt : wire::parse_number<std::uint16_t>(words_.front().text);
    if (!size) return refuse(Field::u16);
    take();
    std::string digits;
    while (!words_.empty()) digits += take().text;
    const auto octets = wire::decode_hex(digits);
    if (!octets || octets->size() != *size) {
      return fail(ErrorCode::malformed, to_string(type_) + ": wanted " + std::to_string(*size) + " octets in hex",
                  last_);
    }
    rdata_ = *octets;
    return finished();
  }

 private:
  Result<void> scan(Field field) {
    switch (field) {
      case Field::types:
        return scan_types();
      case Field::params:
        return scan_params();
      case Field::hex:
      case Field::base64:
        return scan_rest(field);
      case Field::strings:
        return scan_strings();
      default:
        break;
    }
    if (words_.empty()) return refuse(field);
    if (field == Field::name || field == Field::shared_name) return scan_name();
    if (!scan_word(field, words_.front())) return refuse(field);
    take();
    return {};
  }

  // Fields of one word and nothing special. False when the word does not fit.
  bool scan_word(Field field, const Word& word) {
    switch (field) {
      case Field::u8:
        return put(wire::parse_number<std::uint8_t>(word.text));
      case Field::algorithm:
        return put(wire::dnssec_algorithm_from_text(word.text));
      case Field::u16:
        return put(wire::parse_number<std::uint16_t>(word.text));
      case Field::u32:
        return put(wire::parse_number<std::uint32_t>(word.text));
      case Field::ttl:
        return put(wire::ttl_from_text(word.text));
      case Field::time:
        return put(wire::time_from_text(word.text));
      case Field::type:
        return put_type(parse_type(word.text));
      case Field::ipv4:
        return put_address(AF_INET, 4, word.text);
      case Field::ipv6:
        return put_address(AF_INET6, 16, word.text);
      case Field::string:
        return put_string(unescape(word.text));
      case Field::tag:
        return put_string(wire::OctetVector(word.text.begin(), word.text.end()));
      case Field::text:
        return put_octets(unescape(word.text));
      case Field::salt:
        return put_string(word.text == "-" ? wire::OctetVector() : wire::decode_hex(word.text));
      case Field::hash:
        return put_string(wire::decode_base32hex(word.text));
      default:
        return false;
    }
  }

  Result<void> scan_name() {
    const Result<Name> name = Name::parse(words_.front().text, origin_);
    if (!name) return fail(name.error().code, to_string(type_) + ": " + name.error().message, here());
    rdata_.insert(rdata_.end(), name->wire().begin(), name->wire().end());
    take();
    return {};
  }

  Result<void> scan_strings() {
    do {
      if (words_.empty() || !put_string(unescape(words_.front().text))) return refuse(Field::strings);
      take();
    } while (!words_.empty());
    return {};
  }

  // Blanks may stand anywhere in long hex and base64.
  Result<void> scan_rest(Field field) {
    if (words_.empty()) return refuse(field);
    const Position start = here();
    std::string letters;
    while (!words_.empty()) letters += take().text;
    last_ = start;
    if (!put_octets(field == Field::hex ? wire::decode_hex(letters) : wire::decode_base64(letters)))
      return refuse(field);
    return {};
  }

  Result<void> scan_types() {
    std::vector<RRType> types;
    while (!words_.empty()) {
      const auto type = parse_type(words_.front().text);
      if (!type) return refuse(Field::type);
      types.push_back(*type);
      take();
    }
    wire::write_type_bitmap(std::move(types), rdata_);
    return {};
  }

  Result<void> scan_params() {
    const auto words = words_;
    words_ = {};
    return wire::svc_params_from_words(words, rdata_);
  }

  // Values that a single field cannot judge alone: mandatory parameters, lengths.
  Result<Rdata> finished() {
    if (auto checked = check_rdata(type_, rdata_); !checked) {
      return fail(checked.error().code, checked.error().message, last_);
    }
    return std::move(rdata_);
  }

  static std::optional<wire::OctetVector> unescape(std::string_view text) {
    wire::OctetVector octets;
    octets.reserve(text.size());
    while (!text.empty()) {
      const auto octet = wire::take_octet(text);
      if (!octet) return std::nullopt;
      octets.push_back(*octet);
    }
    return octets;
  }

  template <class Number>
  bool put(std::optional<Number> number) {
    if (!number) return false;
    for (std::size_t shift = sizeof(Number) * 8; shift > 0; shift -= 8) {
      rdata_.push_back(static_cast<std::uint8_t>(*number >> (shift - 8)));
    }
    return true;
  }

  bool put_type(std::optional<RRType> type) { return type && put(std::optional(static_cast<std::uint16_t>(*type))); }

  bool put_address(int family, std::ptrdiff_t size, const std::string& text) {
    std::array<std::uint8_t, 16> octets;
    if (inet_pton(family, text.c_str(), octets.data()) != 1 || text.find('\0') != std::string::npos) return false;
    rdata_.insert(rdata_.end(), octets.begin(), octets.begin() + size);
    return true;
  }

  bool put_octets(const std::optional<wire::OctetVector>& octets) {
    if (!octets) return false;
    rdata_.insert(rdata_.end(), octets->begin(), octets->end());
    return true;
  }

  bool put_string(const std::optional<wire::OctetVector>& octets) {
    if (!octets || octets->size() > 255) return false;
    rdata_.push_back(static_cast<std::uint8_t>(octets->size()));
    return put_octets(octets);
  }

  const Word& take() {
    const Word& word = words_.front();
    last_ = here();
    words_ = words_.subspan(1);
    return word;
  }

  Position here() const { return words_.empty() ? last_ : Position{"", words_.front().line, words_.front().column}; }

  std::unexpected<Error> refuse(Field field) const {
    const std::string found = words_.empty() ? "" : " but found '" + words_.front().text.substr(0, 80) + "'";
    return fail(ErrorCode::malformed, to_string(type_) + ": wanted " + std::string(wanted(field)) + found, here());
  }

  RRType type_;
  std::span<const Word> words_;  // not yet used
  const Name& origin_;
  Position last_;  // of the last word used
  Rdata rdata_;
};

}  // namespace

Result<Rdata> rdata_from_words(RRType type, std::span<const Word> words, const Name& origin) {
  RdataScanner scanner(type, words, origin);
  if (!words.empty() && !words.front().quoted && words.front().text == "\\#") return scanner.run_generic();
  if (const wire::RdataRow* row = wire::find_row(type)) return scanner.run(*row);
  const Position where = words.empty() ? Position() : Position{"", words.front().line, words.front().column};
  return fail(ErrorCode::unsupported, to_string(type) + " has no text form here; write \\# SIZE HEX", where);
}

Result<Rdata> rdata_from_text(RRType type, std::string_view text, const Name& origin) {
  const auto words = wire::split_words(text);
  if (!words) return fail(words.error());
  return rdata_from_words(type, *words, origin);
}

}  // namespace harbinger
