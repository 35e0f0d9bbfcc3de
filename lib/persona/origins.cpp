#include "persona/origins.h"

#include <algorithm>

namespace harbinger::persona {

namespace {

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }
bool same(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

bool fits(std::string_view origin, std::string_view pattern) {
  if (pattern == "*") return true;
  const auto star = pattern.find("://*.");
  if (star == std::string_view::npos) return same(origin, pattern);
  const auto scheme = pattern.substr(0, star + 3), below = pattern.substr(star + 4);
  return origin.size() > scheme.size() + below.size() && same(origin.substr(0, scheme.size()), scheme) &&
         same(origin.substr(origin.size() - below.size()), below);
}

}  // namespace

bool may_report(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed) noexcept {
  const auto scheme_end = origin.find("://");
  if (scheme_end != std::string_view::npos && !host.empty() && same(origin.substr(scheme_end + 3), host)) return true;
  return std::ranges::any_of(allowed, [&](std::string_view pattern) { return fits(origin, pattern); });
}

}  // namespace harbinger::persona
