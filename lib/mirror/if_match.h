// RFC 9110 sec. 13.1.1: whether a change was made from the version that is in force.
#pragma once

#include <algorithm>
#include <string_view>

namespace harbinger::mirror {

/// Whether a field `If-Match` names this strong ETag: `*`, or a list that has it. Weak ones (W/"...") never match.
inline bool names_version(std::string_view field, std::string_view etag) {
  constexpr std::string_view kSpace = " \t";
  while (!field.empty()) {
    const auto comma = std::min(field.find(','), field.size());  // our ETags have no commas
    auto each = field.substr(0, comma);
    field.remove_prefix(std::min(comma + 1, field.size()));
    each.remove_prefix(std::min(each.find_first_not_of(kSpace), each.size()));
    each = each.substr(0, each.find_last_not_of(kSpace) + 1);
    if (each == "*" || each == etag) return true;
  }
  return false;
}

}  // namespace harbinger::mirror
