#include <algorithm>
#include <charconv>

#include <harbinger/http.h>

namespace harbinger {

namespace {

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }

// What cannot be decoded stands for itself.
std::string decoded(std::string_view text) {
  std::string value;
  while (!text.empty()) {
    unsigned octet = 0;
    const bool escaped = text.size() >= 3 && text[0] == '%' &&
                         std::from_chars(text.data() + 1, text.data() + 3, octet, 16).ptr == text.data() + 3;
    value += escaped ? static_cast<char>(octet) : text[0];
    text.remove_prefix(escaped ? 3 : 1);
  }
  return value;
}

}  // namespace

std::string_view HttpRequest::field(std::string_view name) const noexcept {
  const auto same = [&](const HttpField& field) { return std::ranges::equal(field.name, name, {}, lower, lower); };
  const auto found = std::ranges::find_if(fields, same);
  return found == fields.end() ? std::string_view() : found->value;
}

std::string HttpRequest::value(std::string_view name) const {
  for (auto rest = query; !rest.empty();) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.starts_with(name) && pair.substr(name.size(), 1) == "=") return decoded(pair.substr(name.size() + 1));
  }
  return {};
}

}  // namespace harbinger
