#include "plugins/file/zone_parser.h"

#include <algorithm>

#include <harbinger/log.h>

#include "plugins/file/generate.h"
#include "plugins/file/ttl_text.h"

namespace harbinger::file {

namespace {

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
    return upper(x) == upper(y);
  });
}

// A file name may be written with escapes or in quotes.
std::string without_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

std::filesystem::path real_path(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::path real = std::filesystem::canonical(path, ignored);
  return real.empty() ? path : real;
}

}  // namespace

void ZoneParser::parse_file(const std::filesystem::path& path) {
  open_and_parse(path, Scope{options_.origin, {}, false, nullptr}, nullptr);
}

void ZoneParser::parse_text(std::string_view text, const std::string& name) {
  Scope scope{options_.origin, {}, false, &keep_name(name)};
  EntryReader reader(TextSource::of_text(text), *scope.file, findings_);
  parse(reader, scope);
}

void ZoneParser::open_and_parse(const std::filesystem::path& path, Scope scope, const Place* included_from) {
  scope.file = &keep_name(path.string());
  Result<TextSource> source = TextSource::open(path);
  remember(path, source ? source->stamp() : FileStamp{});
  if (!source) {
    Place place = included_from ? *included_from : Place{scope.file, 0, 0};
    std::string what = source.error().message + (included_from ? " '" + escape_for_log(path.string()) + "'" : "");
    findings_.error(source.error().code, std::move(what), place);
    return;
  }
  open_.push_back(real_path(path));
  EntryReader reader(std::move(*source), *scope.file, findings_);
  parse(reader, scope);
  open_.pop_back();
}

void ZoneParser::parse(EntryReader& reader, Scope& scope) {
  while (reader.next()) parse_entry(reader, scope);
}

void ZoneParser::parse_entry(const EntryReader& reader, Scope& scope) {
  words_.clear();
  for (const EntryWord& word : reader.words())
    words_.push_back({reader.text(word), word.line, word.column, word.quoted});
  const TextWord& first = words_.front();
  if (!first.text.empty() && first.text[0] == '$' && !first.quoted)
    return directive(scope, reader.place(reader.words().front()));
  if (std::optional<ParsedRecord> record = records_.read(words_, !reader.begins_with_blank(), scope))
    on_record_(*record);
}

void ZoneParser::directive(Scope& scope, const Place& place) {
  std::string_view word = words_.front().text;
  if (same_word(word, "$ORIGIN")) return origin(scope, place);
  if (same_word(word, "$TTL")) return default_ttl(place);
  if (same_word(word, "$INCLUDE")) return include(scope, place);
  if (same_word(word, "$GENERATE")) return generate(scope, place);
  findings_.error(ErrorCode::unknown,
                  "unknown directive '" + escape_for_log(word) + "'; known are $ORIGIN, $TTL, $INCLUDE and $GENERATE",
                  place);
}

void ZoneParser::origin(Scope& scope, const Place& place) {
  if (!has_words(2, 2, "$ORIGIN name", place)) return;
  if (std::optional<Name> name = records_.read_name(words_[1], scope)) scope.origin = *name;
}

void ZoneParser::default_ttl(const Place& place) {
  if (!has_words(2, 2, "$TTL 1h", place)) return;
  Result<std::uint32_t> ttl = parse_ttl(words_[1].text);
  if (ttl)
    records_.set_default_ttl(*ttl);
  else
    findings_.error(ttl.error().code, ttl.error().message, {place.file, words_[1].line, words_[1].column});
}

void ZoneParser::include(const Scope& scope, const Place& place) {
  if (!has_words(2, 3, "$INCLUDE file [origin]", place)) return;
  if (!options_.may_include) return findings_.error(ErrorCode::denied, "$INCLUDE is switched off here", place);

  // RFC 1035 sec. 5.1: the included file's origin and owner do not come back to this one.
  Scope inner{scope.origin, scope.owner, scope.owner_is_bad, nullptr};
  if (words_.size() == 3) {
    std::optional<Name> name = records_.read_name(words_[2], scope);
    if (!name) return;
    inner.origin = *name;
  }
  std::filesystem::path path = std::filesystem::path(*scope.file).parent_path() / without_escapes(words_[1].text);
  if (std::find(open_.begin(), open_.end(), real_path(path)) != open_.end())
    return findings_.error(ErrorCode::conflict, "'" + escape_for_log(path.string()) + "' includes itself", place);
  if (open_.size() > kDeepestInclude)
    return findings_.error(ErrorCode::too_large, "files include each other more than 16 deep", place);
  open_and_parse(path, std::move(inner), &place);
}

void ZoneParser::generate(const Scope& scope, const Place& place) {
  if (!has_words(4, SIZE_MAX, "$GENERATE 1-100 owner [TTL] [class] type data", place)) return;
  Place range_place{place.file, words_[1].line, words_[1].column};
  Result<GenerateRange> range = GenerateRange::parse(words_[1].text);
  if (!range) return findings_.error(range.error().code, range.error().message, range_place);
  if (range->count() > options_.most_generated)
    return findings_.error(ErrorCode::too_large,
                           "the range makes " + std::to_string(range->count()) + " records; one $GENERATE may make " +
                               std::to_string(options_.most_generated),
                           range_place);

  std::vector<TextWord> templates(words_.begin() + 2, words_.end());
  Scope inner = scope;  // the owners made here are not inherited
  for (std::uint64_t i = 0, value = range->start; i < range->count(); ++i, value += range->step)
    if (!generate_one(templates, static_cast<std::uint32_t>(value), inner, place))
      return;  // the others would fail alike
}

bool ZoneParser::generate_one(std::span<const TextWord> templates, std::uint32_t value, Scope& scope,
                              const Place& place) {
  std::vector<std::string> texts;
  std::vector<TextWord> words(templates.begin(), templates.end());
  texts.reserve(words.size());
  for (TextWord& word : words) {
    Result<std::string> text = expand_generate(word.text, value);
    if (!text) {
      findings_.error(text.error().code, text.error().message, {place.file, word.line, word.column});
      return false;
    }
    word.text = texts.emplace_back(std::move(*text));
  }
  std::optional<ParsedRecord> record = records_.read(words, true, scope);
  if (record) on_record_(*record);
  return record.has_value();
}

bool ZoneParser::has_words(std::size_t least, std::size_t most, const char* form, const Place& place) {
  if (words_.size() >= least && words_.size() <= most) return true;
  findings_.error(ErrorCode::malformed, std::string("should be: ") + form, place);
  return false;
}

void ZoneParser::remember(const std::filesystem::path& path, const FileStamp& stamp) {
  for (const SourceFile& known : sources_)
    if (known.path == path) return;
  sources_.push_back({path, stamp});
}

}  // namespace harbinger::file
