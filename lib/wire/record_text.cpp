// Whole records in presentation form.
#include <harbinger/rr.h>

#include "wire/seconds.h"
#include "wire/words.h"

namespace harbinger {

std::string Record::to_string() const {
  std::string text = name.to_string() + ' ' + std::to_string(ttl) + ' ' + harbinger::to_string(klass) + ' ' +
                     harbinger::to_string(type);
  const std::string data = rdata_to_text(type, rdata);
  if (!data.empty()) text += ' ' + data;
  return text;
}

Result<Record> record_from_text(std::string_view text, const Name& origin) {
  const auto split = wire::split_words(text);
  if (!split) return fail(split.error());
  std::span<const Word> words = *split;
  if (words.empty()) return fail(ErrorCode::malformed, "a record needs a name, a type and data");

  const Result<Name> name = Name::parse(words.front().text, origin);
  if (!name) return fail(name.error());
  Record record;
  record.name = *name;
  // TTL and class come in either order (RFC 1035 sec. 5.1).
  for (words = words.subspan(1); !words.empty(); words = words.subspan(1)) {
    const std::string& word = words.front().text;
    if (const auto ttl = wire::ttl_from_text(word)) {
      record.ttl = *ttl;
    } else if (const auto klass = parse_class(word); klass && *klass != RRClass::ANY) {
      record.klass = *klass;
    } else {
      break;
    }
  }
  const auto type = words.empty() ? std::nullopt : parse_type(words.front().text);
  if (!type) {
    const std::string found = words.empty() ? "" : " but found '" + words.front().text.substr(0, 80) + "'";
    return fail(ErrorCode::unknown, "wanted a record type" + found);
  }
  record.type = *type;
  Result<Rdata> rdata = rdata_from_words(*type, words.subspan(1), origin);
  if (!rdata) return fail(rdata.error());
  record.rdata = std::move(*rdata);
  return record;
}

}  // namespace harbinger
