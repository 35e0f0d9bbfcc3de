#include "config/lexer.h"

#include <algorithm>
#include <optional>

namespace harbinger::config {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && !is_space(c)) || c == 0x7f; }

// A place in the text that knows its line and column. Columns count characters, not octets (UTF-8).
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  char peek() const { return rest_.front(); }
  bool looking_at(std::string_view what) const { return rest_.starts_with(what); }
  std::string_view rest() const { return rest_; }
  int line() const { return line_; }
  int column() const { return column_; }

  void advance(std::size_t octets = 1) {
    for (; octets > 0 && !rest_.empty(); --octets) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\n')
        ++line_, column_ = 1;
      else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)
        ++column_;
    }
  }

 private:
  std::string_view rest_;
  int line_ = 1, column_ = 1;
};

class Lexer {
 public:
  Lexer(std::string_view text, const std::string& file,
        const std::function<std::string(const std::string&)>& environment, ErrorList& errors, Budget& budget)
      : cursor_(text), file_(file), environment_(environment), errors_(errors), budget_(budget) {
    if (cursor_.looking_at("\xef\xbb\xbf"))
      cursor_ = Cursor(text.substr(3));  // a byte order mark is no part of the text
  }

  Tokens run() {
    while (skip_space() && !errors_.full()) {
      replaced_ = false;
      Token token;
      token.file = &file_;
      token.line = cursor_.line();
      token.column = cursor_.column();
      token.begins_line = at_line_start_;
      if (cursor_.peek() == '"')
        read_quoted(token);
      else
        read_plain(token);
      if (!budget_.spend(1, token.text.size(), token.position())) break;
      push(std::move(token));
    }
    close_all();
    return std::move(tokens_);
  }

 private:
  // Blanks, comments and continued lines; false at the end of the text.
  bool skip_space() {
    while (!cursor_.at_end()) {
      if (cursor_.peek() == '\n') at_line_start_ = true;
      if (cursor_.looking_at("\\\n"))
        cursor_.advance(2);
      else if (cursor_.looking_at("\\\r\n"))
        cursor_.advance(3);
      else if (is_space(cursor_.peek()))
        cursor_.advance();
      else if (cursor_.peek() == '#')
        cursor_.advance(std::min(cursor_.rest().find('\n'), cursor_.rest().size()));
      else
        return true;
    }
    return false;
  }

  void read_plain(Token& token) {
    while (!cursor_.at_end() && !is_space(cursor_.peek()) && !cursor_.looking_at("\\\n") &&
           !cursor_.looking_at("\\\r\n"))
      read_character(token.text, cursor_.rest().size());
  }

  void read_quoted(Token& token) {
    token.quoted = true;
    const auto closing = find_closing_quote();
    const auto first_line = cursor_.rest().find('\n');
    if (!closing) errors_.add(ErrorCode::malformed, "this quote is never closed, a `\"` is missing", token.position());
    // Without a closing quote the word ends with its line: so the rest of the file can still be checked.
    auto left = closing ? *closing : std::min(first_line, cursor_.rest().size());
    const auto behind = cursor_.rest().size() - left;
    cursor_.advance();
    while ((left = cursor_.rest().size() - behind) > 0) {
      // Only quotes need a backslash; two backslashes stay two, as in the presentation form of names.
      const bool pair = left > 1 && cursor_.looking_at("\\\\");
      if (left > 1 && cursor_.looking_at("\\\"")) cursor_.advance();
      read_character(token.text, left);
      if (pair) read_character(token.text, left - 1);
    }
    if (closing) cursor_.advance();
  }

  std::optional<std::size_t> find_closing_quote() const {
    const auto text = cursor_.rest();
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '"')
        return i;
    }
    return std::nullopt;
  }

  // One character, or a variable, which must end within `left` octets.
  void read_character(std::string& to, std::size_t left) {
    if ((cursor_.looking_at("{$") || cursor_.looking_at("{%")) && read_variable(to, left)) return;
    if (is_control(cursor_.peek()))
      errors_.add(ErrorCode::malformed, "a control character does not belong here, remove it", here());
    to += cursor_.peek();
    cursor_.advance();
  }

  // `{$NAME}`, `{$NAME:default}` or `{%NAME%}`. The value stays part of this one word, whatever is in it.
  bool read_variable(std::string& to, std::size_t left) {
    const bool percent = cursor_.looking_at("{%");
    const std::string_view closing = percent ? "%}" : "}";
    const auto line = cursor_.rest().substr(0, std::min(cursor_.rest().find('\n'), left));
    const auto end = line.find(closing, 2);
    const auto inside = line.substr(2, end == line.npos ? 0 : end - 2);
    const auto colon = percent ? inside.npos : inside.find(':');
    const auto name = inside.substr(0, colon);
    if (name.empty() || name.find_first_of(" \t\"{=") != name.npos || name.find('\0') != name.npos) {
      errors_.add(ErrorCode::malformed,
                  percent ? "an environment variable is written {%NAME%}"
                          : "an environment variable is written {$NAME} or {$NAME:default}",
                  here());
      return false;
    }
    replaced_ = true;
    auto value = budget_.exhausted() ? std::string() : environment_(std::string(name));
    if (value.empty() && colon != inside.npos) value = inside.substr(colon + 1);
    if (to.size() + value.size() <= budget_.octets_left())
      to += value;
    else
      budget_.spend(1, value.size() + to.size(), here());
    cursor_.advance(end + closing.size());
    return true;
  }

  void push(Token token) {
    at_line_start_ = false;
    if (token.quoted || replaced_) return tokens_.push_back(std::move(token));
    if (token.text == "{") return push_open(std::move(token));
    if (token.text == "}") return push_close(std::move(token));
    // `example.org{` is surely meant as a word and a brace.
    const bool glued = token.text.size() > 1 && token.text.ends_with('{');
    if (!glued) return tokens_.push_back(std::move(token));

    auto brace = token;
    brace.text = "{";
    brace.column = cursor_.column() - 1;
    brace.begins_line = false;
    errors_.add(ErrorCode::malformed, "a space is missing in front of `{`", brace.position());
    token.text.pop_back();
    tokens_.push_back(std::move(token));
    push_open(std::move(brace));
  }

  void push_open(Token token) {
    token.kind = Token::Kind::open;
    open_.push_back(tokens_.size());
    tokens_.push_back(std::move(token));
    at_line_start_ = true;
  }

  void push_close(Token token) {
    token.kind = Token::Kind::close;
    token.begins_line = true;
    at_line_start_ = true;
    if (open_.empty())
      return errors_.add(ErrorCode::malformed, "this `}` closes nothing, remove it or add the `{`", token.position());
    open_.pop_back();
    tokens_.push_back(std::move(token));
  }

  Position here() const { return {file_, cursor_.line(), cursor_.column()}; }

  // Braces that are open at the end of the text are told with the place where they were opened.
  void close_all() {
    for (; !open_.empty(); open_.pop_back()) {
      auto brace = tokens_[open_.back()];
      if (!budget_.exhausted())
        errors_.add(ErrorCode::malformed,
                    "the `{` in line " + std::to_string(brace.line) + " is never closed, a `}` is missing",
                    brace.position());
      brace.text = "}";
      brace.kind = Token::Kind::close;
      brace.begins_line = true;
      tokens_.push_back(std::move(brace));
    }
  }

  Cursor cursor_;
  const std::string& file_;
  const std::function<std::string(const std::string&)>& environment_;
  ErrorList& errors_;
  Budget& budget_;
  Tokens tokens_;
  std::vector<std::size_t> open_;
  bool at_line_start_ = true;
  bool replaced_ = false;  // a variable is part of the word, so it is no brace
};

}  // namespace

Tokens lex(std::string_view text, const std::string& file,
           const std::function<std::string(const std::string&)>& environment, ErrorList& errors, Budget& budget) {
  return Lexer(text, file, environment, errors, budget).run();
}

}  // namespace harbinger::config
