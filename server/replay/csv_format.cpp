#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "server/replay/formats.h"
#include "server/replay/times.h"

namespace harbinger::replay {

namespace {

enum Field : std::size_t { kClient, kTime, kResource, kMethod, kStatus, kSize, kAgent, kType, kTtl, kLatency, kFields };

// Our words for what a column may mean, and what others call it in their headers.
constexpr std::array<std::string_view, kFields> kWords{"client", "time",  "resource", "method", "status",
                                                       "size",   "agent", "type",     "ttl",    "latency"};
constexpr std::array<std::array<std::string_view, 6>, kFields> kHeaderWords{{
    {"client", "host", "ip", "src", "user", "session"},
    {"time", "ts", "timestamp", "date", "at", "when"},
    {"resource", "url", "uri", "path", "qname", "page"},
    {"method", "verb"},
    {"status", "response", "code"},
    {"size", "bytes"},
    {"agent", "useragent", "user_agent", "user-agent"},
    {"type", "qtype"},
    {"ttl"},
    {"latency", "latency_us"},
}};
constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
using Places = std::array<std::size_t, kFields>;

std::optional<Field> field_called(std::string_view word) {
  const auto found = std::ranges::find(kWords, word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<Field>(found - kWords.begin());
}

// What --columns asks for: a place, or the name of a column, for each field.
struct Wanted {
  Places places;
  std::array<std::string, kFields> names;
  bool any = false;
};

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t from = 0; !text.empty() && from <= text.size();) {
    const auto end = std::min(text.find(',', from), text.size());
    words.emplace_back(text.substr(from, end - from));
    from = end + 1;
  }
  return words;
}

Result<void> want(std::string_view word, std::size_t place, Wanted& wanted) {
  const auto equals = word.find('=');
  if (word == "-") return {};
  const auto field = field_called(word.substr(0, equals));
  if (!field)
    return fail(ErrorCode::unknown,
                "--columns: no field is called `" + std::string(word.substr(0, equals)) +
                    "`; there are client, time, resource, method, status, size, agent, type, ttl, latency");
  if (equals == std::string_view::npos)
    wanted.places[*field] = place;
  else if (const auto number = parse_number<std::uint16_t>(word.substr(equals + 1)); number && *number > 0)
    wanted.places[*field] = *number - 1U;
  else
    wanted.names[*field] = word.substr(equals + 1);
  return {};
}

Result<Wanted> parse_columns(std::string_view columns) {
  Wanted wanted;
  wanted.places.fill(kNowhere);
  const auto words = split_words(columns);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (const auto done = want(words[i], i, wanted); !done) return fail(done.error());
  wanted.any = !words.empty();
  const auto given = [&](Field field) { return wanted.places[field] != kNowhere || !wanted.names[field].empty(); };
  if (wanted.any && (!given(kClient) || !given(kResource)))
    return fail(ErrorCode::malformed, "--columns: expected a column for client and one for resource");
  return wanted;
}

bool equal_words(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

class CsvFormat final : public LineFormat {
 public:
  explicit CsvFormat(Wanted wanted) : wanted_(std::move(wanted)) {}

  void begin_file() override { first_ = true; }

  std::expected<void, LineTrouble> read(std::string_view line, const Use& use) override {
    if (line.empty()) return {};
    if (first_) separator_ = separator_of(line);
    if (const auto split_up = split(line); !split_up) return std::unexpected(split_up.error());
    if (first_) {
      first_ = false;
      places_ = wanted_.places;
      const auto header = read_header();
      if (!header) return std::unexpected(header.error());
      if (*header) return {};
    }
    if (line[0] == '#') return {};
    return read_row(use);
  }

 private:
  static char separator_of(std::string_view line) {
    for (const char separator : {'\t', ',', ';'})
      if (line.find(separator) != std::string_view::npos) return separator;
    return ' ';
  }

  // RFC 4180 sec. 2: a field in quotes may hold the separator, and a quote when it is doubled.
  std::expected<void, std::string> split(std::string_view line) {
    columns_.clear();
    unquoted_.clear();
    unquoted_.reserve(line.size());  // views into it stay valid
    for (std::size_t from = 0; from <= line.size();) {
      if (separator_ == ',' && line.substr(from).starts_with('"')) {
        if (!take_quoted(line, from)) return std::unexpected("a quoted field does not end");
        continue;
      }
      const auto end = std::min(line.find(separator_, from), line.size());
      if (separator_ != ' ' || end > from) columns_.push_back(line.substr(from, end - from));
      from = end + 1;
    }
    return {};
  }

  bool take_quoted(std::string_view line, std::size_t& from) {
    const auto begin = unquoted_.size();
    for (++from; from < line.size(); ++from) {
      if (line[from] == '"' && !line.substr(from + 1).starts_with('"')) break;
      if (line[from] == '"') ++from;
      unquoted_ += line[from];
    }
    if (from >= line.size()) return false;
    columns_.push_back(std::string_view(unquoted_).substr(begin));
    from = std::min(line.find(separator_, from), line.size()) + 1;
    return true;
  }

  // Whether the first row is a header. Its fields have no digits in them, or are those that were asked for by name.
  std::expected<bool, std::string> read_header() {
    if (columns_[0].starts_with('#')) columns_[0].remove_prefix(1);
    const bool by_name = std::ranges::any_of(wanted_.names, [](const auto& name) { return !name.empty(); });
    const auto has_digit = [](std::string_view column) {
      return column.find_first_of("0123456789") != std::string_view::npos;
    };
    const bool is_header = by_name || std::ranges::none_of(columns_, has_digit);
    if (wanted_.any && !by_name) return is_header;
    for (std::size_t field = 0; field < kFields; ++field) find_column(field);
    if (places_[kClient] == kNowhere || places_[kResource] == kNowhere)
      return std::unexpected("the header names no column for " +
                             std::string(places_[kClient] == kNowhere ? "client" : "resource") +
                             "; --columns can say which it is");
    return is_header;
  }

  void find_column(std::size_t field) {
    if (places_[field] != kNowhere) return;
    const auto place_of = [&](std::string_view name) {
      const auto found = std::ranges::find_if(columns_, [&](auto column) { return equal_words(column, name); });
      return found == columns_.end() ? kNowhere : static_cast<std::size_t>(found - columns_.begin());
    };
    if (!wanted_.names[field].empty()) places_[field] = place_of(wanted_.names[field]);
    if (wanted_.any) return;
    for (const auto name : kHeaderWords[field])
      if (!name.empty() && places_[field] == kNowhere) places_[field] = place_of(name);
  }

  std::string_view column(Field field) const {
    const auto place = places_[field];
    if (place >= columns_.size() || columns_[place] == "-") return {};
    return columns_[place];
  }

  std::expected<void, LineTrouble> read_row(const Use& use) {
    if (places_[kClient] == kNowhere || places_[kResource] == kNowhere)
      return std::unexpected("no header says what its columns are");
    Record record;
    record.client = column(kClient);
    record.resource = column(kResource);
    if (record.client.empty() || record.resource.empty())
      return std::unexpected(std::string("has no ") + (record.client.empty() ? "client" : "resource"));
    if (places_[kTime] != kNowhere) {
      record.at = parse_time(column(kTime));
      if (!record.at) return std::unexpected("`" + std::string(column(kTime)) + "` is no time");
    }
    record.method = column(kMethod);
    record.user_agent = column(kAgent);
    record.status = parse_number<int>(column(kStatus)).value_or(0);
    record.size_bytes = parse_number<std::uint32_t>(column(kSize)).value_or(0);
    record.type = parse_number<std::uint16_t>(column(kType)).value_or(0);
    record.ttl_s = parse_number<std::uint32_t>(column(kTtl)).value_or(0);
    record.latency_us = parse_number<std::uint32_t>(column(kLatency)).value_or(0);
    use(record);
    return {};
  }

  Wanted wanted_;
  Places places_{};
  bool first_ = true;
  char separator_ = ',';
  std::vector<std::string_view> columns_;
  std::string unquoted_;
};

}  // namespace

Result<std::unique_ptr<LineFormat>> make_csv_format(std::string_view columns) {
  auto wanted = parse_columns(columns);
  if (!wanted) return fail(wanted.error());
  return std::make_unique<CsvFormat>(std::move(*wanted));
}

}  // namespace harbinger::replay
