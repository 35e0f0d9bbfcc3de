#include <harbinger/foresight.h>

namespace harbinger {

// With one place to go back to: the latest star takes one character more whenever the rest does not fit.
bool matches_pattern(std::string_view pattern, std::string_view text) noexcept {
  constexpr auto kNowhere = std::string_view::npos;
  std::size_t p = 0, t = 0, star = kNowhere, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != kNowhere) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace harbinger
