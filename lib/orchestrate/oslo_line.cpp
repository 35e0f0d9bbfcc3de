#include "orchestrate/oslo_line.h"

#include <algorithm>

namespace harbinger::orchestrate {

namespace {

constexpr std::size_t kMostFields = 32;

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

bool is_digit(char each) { return each >= '0' && each <= '9'; }

bool is_date(std::string_view word) {
  return word.size() == 10 && is_digit(word[0]) && word[4] == '-' && word[7] == '-';
}

std::string_view dash_is_nothing(std::string_view word) {
  return word == "-" || word == "None" ? std::string_view() : word;
}

// "req-ID USER PROJECT - - -", or "None req-ID ...", or "req-GLOBAL req-ID ...".
void read_context(std::string_view context, OsloLine& line) {
  auto word = take_word(context);
  while (word.starts_with("req-") || word == "None" || word == "-") {
    if (word.starts_with("req-")) line.request = word;
    const bool was_id = word.starts_with("req-");
    word = take_word(context);
    if (was_id && !word.starts_with("req-")) break;
  }
  line.user = dash_is_nothing(word);
  line.project = dash_is_nothing(take_word(context));
}

// "[req-... - - -] MESSAGE", or "[-] MESSAGE".
void read_message(std::string_view rest, OsloLine& line) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto end = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
  if (end != std::string_view::npos) {
    read_context(rest.substr(1, end - 1), line);
    rest.remove_prefix(end + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  }
  line.message = rest;
}

}  // namespace

std::expected<std::optional<OsloLine>, persona::LogTrouble> OsloReader::read(std::string_view line) {
  if (columns_) return read_row(line);
  if (read_header(line)) return std::nullopt;
  auto rest = line;
  auto word = take_word(rest);
  if (!is_date(word)) word = take_word(rest);  // after the name of a file
  if (!is_date(word))
    return std::unexpected("expected a date, a time, a process, a level and a component, as oslo.log writes them");
  OsloLine read;
  read.date = word;
  read.time = take_word(rest);
  take_word(rest);  // process
  take_word(rest);  // level
  read.component = take_word(rest);
  if (read.component.empty()) return std::unexpected("the line is cut before its message");
  read_message(rest, read);
  return read;
}

bool OsloReader::read_header(std::string_view line) {
  if (!line.starts_with("LineId,") || !split(line)) return false;
  constexpr std::array<std::string_view, limit> kNames{"Date", "Time", "Component", "ADDR", "Content"};
  Columns columns{};
  for (std::size_t i = 0; i < limit; ++i)
    columns[i] = static_cast<std::size_t>(std::ranges::find(fields_, kNames[i]) - fields_.begin());
  if (std::ranges::any_of(columns, [&](std::size_t place) { return place == fields_.size(); })) return false;
  columns_ = columns;
  return true;
}

std::expected<std::optional<OsloLine>, persona::LogTrouble> OsloReader::read_row(std::string_view line) {
  if (!split(line) || std::ranges::any_of(*columns_, [&](std::size_t place) { return place >= fields_.size(); }))
    return std::unexpected("the row has fewer fields than the header, or a quotation without an end");
  const auto field = [&](Column column) { return std::string_view(fields_[(*columns_)[column]]); };
  OsloLine read;
  read.date = field(date);
  read.time = field(time);
  read.component = field(component);
  read_context(field(address), read);
  read.message = field(content);
  return read;
}

// RFC 4180: fields in quotes may hold commas, and quotes twice. False for a quotation that does not end.
bool OsloReader::split(std::string_view row) {
  fields_.clear();
  bool quoted = false;
  fields_.emplace_back();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const char each = row[i];
    if (each == '"' && quoted && i + 1 < row.size() && row[i + 1] == '"') {
      fields_.back() += row[++i];
    } else if (each == '"') {
      quoted = !quoted;
    } else if (each == ',' && !quoted) {
      if (fields_.size() == kMostFields) return false;
      fields_.emplace_back();
    } else {
      fields_.back() += each;
    }
  }
  return !quoted;
}

}  // namespace harbinger::orchestrate
