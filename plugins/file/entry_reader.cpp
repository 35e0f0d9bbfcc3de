#include "plugins/file/entry_reader.h"

#include <cstdint>

namespace harbinger::file {

namespace {

// Everything that can end a word.
constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> special{};
  for (char c : {' ', '\t', '\r', '\n', '(', ')', ';', '"', '\\'}) special[static_cast<unsigned char>(c)] = true;
  return special;
}
constexpr std::array<bool, 256> kSpecial = make_special();

bool is_special(char c) { return kSpecial[static_cast<unsigned char>(c)]; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

bool EntryReader::next() {
  begin_entry();
  for (;;) {
    Step step = this->step();
    if (step == Step::go_on) continue;
    if (step == Step::done) return !words_.empty();
    skip_line();
    begin_entry();
  }
}

void EntryReader::begin_entry() {
  source_.drop(at_);
  line_start_ -= at_;  // may wrap; differences to it stay right
  at_ = 0;
  words_.clear();
  depth_ = 0;
  begins_with_blank_ = more() && is_blank(source_.window()[0]);
}

EntryReader::Step EntryReader::step() {
  if (!more()) return end_of_text();
  if (at_ > kLongestEntry) return too_long();
  switch (source_.window()[at_]) {
    case ' ':
    case '\t':
    case '\r':
      ++at_;
      return Step::go_on;
    case '\n':
      return end_line();
    case ';': {
      while (at_ <= kLongestEntry && more() && source_.window()[at_] != '\n') ++at_;
      return Step::go_on;
    }
    case '(':
      if (depth_++ == 0) opened_ = {&name_, line_, column(at_)};
      ++at_;
      return Step::go_on;
    case ')':
      return close();
    case '"':
      return read_quoted();
    default:
      return read_word();
  }
}

EntryReader::Step EntryReader::end_line() {
  ++at_;
  ++line_;
  line_start_ = at_;
  if (depth_ > 0) return Step::go_on;
  if (!words_.empty()) return Step::done;
  begin_entry();
  return Step::go_on;
}

EntryReader::Step EntryReader::end_of_text() {
  if (source_.failed()) findings_.error(ErrorCode::denied, "the file could not be read to its end", {&name_, line_, 0});
  if (depth_ == 0) return Step::done;
  findings_.error(ErrorCode::truncated, "this '(' is never closed", opened_);
  words_.clear();
  return Step::done;
}

EntryReader::Step EntryReader::close() {
  if (depth_ == 0) return wrong("')' without a '(' before it", column(at_));
  --depth_;
  ++at_;
  return Step::go_on;
}

EntryReader::Step EntryReader::read_quoted() {
  std::size_t quote = at_++;
  while (more()) {
    char c = source_.window()[at_];
    if (c == '\n') break;
    if (at_ > kLongestEntry) return too_long();
    if (c == '"') {
      add_word(quote + 1, quote, true);
      ++at_;
      return Step::go_on;
    }
    if (c == '\\' && !read_escape()) break;
    if (c != '\\') ++at_;
  }
  return wrong("a '\"' that is not closed on its line", column(quote));
}

EntryReader::Step EntryReader::read_word() {
  std::size_t from = at_;
  while (more()) {
    // The window stays where it is until fill(): the inner loop may keep a pointer.
    std::string_view window = source_.window();
    while (at_ < window.size() && !is_special(window[at_])) ++at_;
    if (at_ > kLongestEntry) return too_long();
    if (at_ == window.size()) continue;
    if (window[at_] == '\\') {
      int start = column(at_);
      if (!read_escape()) return wrong("a '\\' with nothing behind it", start);
      continue;
    }
    // key="a b": a quoted value belongs to its key (RFC 9460 sec. 2.1).
    if (window[at_] == '"' && at_ > from && window[at_ - 1] == '=') {
      std::size_t words_before = words_.size();
      if (Step step = read_quoted(); step == Step::bad) return step;
      words_.resize(words_before);
      continue;
    }
    break;
  }
  add_word(from, from, false);
  return Step::go_on;
}

// A backslash takes the next character along, whatever it is; \DDD needs no more here.
bool EntryReader::read_escape() {
  ++at_;
  if (!more() || source_.window()[at_] == '\n') return false;
  ++at_;
  return true;
}

void EntryReader::skip_line() {
  while (more() && source_.window()[at_] != '\n') {
    ++at_;
    if (at_ > kLongestEntry) {
      source_.drop(at_);
      line_start_ -= at_;
      at_ = 0;
    }
  }
  if (!more()) return;
  ++at_;
  ++line_;
  line_start_ = at_;
}

void EntryReader::add_word(std::size_t from, std::size_t column_from, bool quoted) {
  words_.push_back({from, at_ - from, line_, column(column_from), quoted});
}

EntryReader::Step EntryReader::too_long() {
  return wrong("an entry longer than 1 MiB; is a ')' or a line end missing?", column(at_));
}

EntryReader::Step EntryReader::wrong(std::string message, int column) {
  findings_.error(ErrorCode::malformed, std::move(message), {&name_, line_, column});
  return Step::bad;
}

}  // namespace harbinger::file
