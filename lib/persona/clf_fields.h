// Fields of a line as web servers log it.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

namespace harbinger::persona {

/// Takes fields off the front of a line. Nothing where the field is not there.
class ClfFields {
 public:
  explicit ClfFields(std::string_view line) : rest_(line) {}

  std::optional<std::string_view> word() {
    skip_spaces();
    const auto end = std::min(rest_.find(' '), rest_.size());
    return take(0, end, end);
  }
  std::optional<std::string_view> bracketed() { return enclosed('[', ']'); }
  /// Within quotes a backslash hides the next octet.
  std::optional<std::string_view> quoted() { return enclosed('"', '"'); }

 private:
  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  std::optional<std::string_view> take(std::size_t from, std::size_t to, std::size_t used) {
    if (used == 0) return std::nullopt;
    const auto field = rest_.substr(from, to - from);
    rest_.remove_prefix(std::min(used, rest_.size()));
    return field;
  }

  std::optional<std::string_view> enclosed(char open, char close) {
    skip_spaces();
    if (rest_.empty() || rest_[0] != open) return std::nullopt;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '\\')
        ++i;
      else if (rest_[i] == close)
        return take(1, i, i + 1);
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

/// What stands for nothing in a log.
inline std::string_view dash_is_nothing(std::string_view field) { return field == "-" ? std::string_view() : field; }

}  // namespace harbinger::persona
