// A text that holds records: a line each, or one JSON document over as many lines as it likes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace harbinger::orchestrate {

/// Whether `text` is one document: a list or an object that does not end on its first line.
inline bool is_one_document(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || (text[begin] != '[' && text[begin] != '{')) return false;
  const auto first = text.substr(begin, text.find('\n', begin) - begin);
  return first[first.find_last_not_of(" \t\r")] != (text[begin] == '[' ? ']' : '}');
}

/// Calls `use(number, text)` for each line that is not empty, or for the whole as line 1.
template <class Use>
void for_each_record_text(std::string_view text, Use&& use) {
  if (is_one_document(text)) return use(std::size_t{1}, text);
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) use(number, line);
  }
}

}  // namespace harbinger::orchestrate
