#include <algorithm>

#include <harbinger/http.h>

namespace harbinger {

namespace {

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }

}  // namespace

std::string_view HttpRequest::field(std::string_view name) const noexcept {
  const auto same = [&](const HttpField& field) { return std::ranges::equal(field.name, name, {}, lower, lower); };
  const auto found = std::ranges::find_if(fields, same);
  return found == fields.end() ? std::string_view() : found->value;
}

}  // namespace harbinger
