#include "plugins/file/record_reader.h"

#include <harbinger/log.h>

#include "plugins/file/plain_rdata.h"
#include "plugins/file/ttl_text.h"

namespace harbinger::file {

namespace {

constexpr int kMetaTypesBegin = 128, kMetaTypesEnd = 255;

Place place_of(const TextWord& word, const Scope& scope) { return {scope.file, word.line, word.column}; }

// RFC 6895 sec. 3.1: question types and such that describe messages; they have no place in a zone.
bool is_meta(RRType type) {
  int number = static_cast<int>(type);
  return number == 0 || type == RRType::OPT || (number >= kMetaTypesBegin && number <= kMetaTypesEnd);
}

std::uint32_t minimum_of_soa(const Rdata& rdata) {
  std::uint32_t minimum = 0;
  for (std::size_t i = rdata.size() - 4; i < rdata.size(); ++i) minimum = minimum << 8 | rdata[i];
  return minimum;
}

}  // namespace

std::optional<ParsedRecord> RecordReader::read(std::span<const TextWord> words, bool owner_given, Scope& scope) {
  Place place = place_of(words.front(), scope);
  if (owner_given) {
    if (!read_owner(words.front(), scope)) return std::nullopt;
    words = words.subspan(1);
  } else if (scope.owner_is_bad) {
    return std::nullopt;
  } else if (!scope.owner) {
    findings_.error(ErrorCode::malformed,
                    "the line begins with a blank, so it takes the owner of the record before it, but there is none",
                    place);
    return std::nullopt;
  }

  Fields fields;
  if (!read_fields(words, place, fields)) return std::nullopt;
  if (!read_data(*fields.type, words, scope, place)) return std::nullopt;
  if (!complete_ttl(fields, place)) return std::nullopt;
  return ParsedRecord{*scope.owner, *fields.type, *fields.ttl, rdata_, place};
}

std::optional<Name> RecordReader::read_name(const TextWord& word, const Scope& scope) {
  std::optional<Name> plain = plain_name(word.text, scope.origin);
  if (plain && !word.quoted) return plain;
  Result<Name> name = Name::parse(word.text, scope.origin);
  if (name && !word.quoted) return *name;
  std::string why = name ? "a name is not written in quotes" : name.error().message;
  findings_.error(ErrorCode::malformed, "'" + escape_for_log(word.text) + "' is not a name: " + why,
                  place_of(word, scope));
  return std::nullopt;
}

bool RecordReader::read_owner(const TextWord& word, Scope& scope) {
  std::optional<Name> owner = read_name(word, scope);
  scope.owner_is_bad = !owner;
  if (owner) scope.owner = *owner;
  return owner.has_value();
}

bool RecordReader::read_fields(std::span<const TextWord>& words, const Place& end, Fields& fields) {
  while (!words.empty()) {
    const TextWord& word = words.front();
    if (!read_field(word, {end.file, word.line, word.column}, fields)) return false;
    words = words.subspan(1);
    if (fields.type) return true;
  }
  findings_.error(ErrorCode::malformed, "a record needs a type and data: [owner] [TTL] [class] type data", end);
  return false;
}

bool RecordReader::read_field(const TextWord& word, const Place& place, Fields& fields) {
  if ((fields.type = plain_type(word.text))) return true;
  if (!fields.ttl && !word.text.empty() && word.text[0] >= '0' && word.text[0] <= '9') {
    Result<std::uint32_t> ttl = parse_ttl(word.text);
    if (!ttl) return findings_.error(ttl.error().code, ttl.error().message, place), false;
    fields.ttl = *ttl;
    return true;
  }
  if (!fields.klass)
    if (std::optional<RRClass> klass = parse_class(word.text);
        klass && *klass != RRClass::ANY && *klass != RRClass::NONE) {
      fields.klass = klass;
      if (*klass == RRClass::IN) return true;
      return findings_.error(ErrorCode::unsupported, "class " + to_string(*klass) + ": zones here are of class IN",
                             place),
             false;
    }
  fields.type = parse_type(word.text);
  if (!fields.type) {
    findings_.error(
        ErrorCode::unknown,
        "unknown type '" + escape_for_log(word.text) + "'; others can be written as TYPE and a number (RFC 3597)",
        place);
    return false;
  }
  if (!is_meta(*fields.type)) return true;
  return findings_.error(ErrorCode::unsupported, "type " + to_string(*fields.type) + " cannot be in a zone", place),
         false;
}

bool RecordReader::read_data(RRType type, std::span<const TextWord> words, const Scope& scope, const Place& place) {
  if (words.size() == 1 && !words[0].quoted && plain_rdata(type, words[0].text, scope.origin, rdata_)) return true;

  words_.resize(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    words_[i].text.assign(words[i].text);
    words_[i].quoted = words[i].quoted;
    words_[i].line = words[i].line;
    words_[i].column = words[i].column;
  }
  Result<Rdata> rdata = rdata_from_words(type, words_, scope.origin);
  if (!rdata) {
    Place at = place;
    if (rdata.error().position.line > 0) at = {place.file, rdata.error().position.line, rdata.error().position.column};
    findings_.error(rdata.error().code, to_string(type) + " record: " + rdata.error().message, at);
    return false;
  }
  rdata_ = std::move(*rdata);
  return true;
}

bool RecordReader::complete_ttl(Fields& fields, const Place& place) {
  if (fields.ttl) {
    last_ttl_ = fields.ttl;
    return true;
  }
  fields.ttl = default_ttl_ ? default_ttl_ : last_ttl_;
  if (fields.ttl) return true;
  if (*fields.type != RRType::SOA) {
    findings_.error(ErrorCode::malformed, "no TTL: put a '$TTL 1h' before the first record", place);
    return false;
  }
  fields.ttl = default_ttl_ = minimum_of_soa(rdata_);
  findings_.warning("no TTL for the SOA and no $TTL before it: the SOA's last number serves as default", place);
  return true;
}

}  // namespace harbinger::file
