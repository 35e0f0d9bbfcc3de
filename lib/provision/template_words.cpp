#include "provision/template_words.h"

#include <algorithm>

namespace harbinger::provision {

Result<void> only_words(const Template& what, const std::set<std::string_view>& words) {
  for (const auto& [word, value] : what.more) {
    if (words.contains(word)) continue;
    std::string known;
    for (const auto each : words) known.append(known.empty() ? "" : ", ").append(each);
    return fail(ErrorCode::denied, "template " + what.name + " has '" + word + "', which " + what.provider +
                                       " does not know; there are " + known);
  }
  return {};
}

Result<void> label_like(std::string_view id, std::string_view what) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (!id.empty() && id.size() <= 40 && std::ranges::all_of(id, fits) && !id.starts_with('-') && !id.ends_with('-'))
    return {};
  return fail(ErrorCode::denied, std::string(what) + " '" + std::string(id.substr(0, 60)) +
                                     "' should be small letters, digits and -, 40 at most, with no - at its ends");
}

std::string filled(std::string text, const std::map<std::string, std::string>& values) {
  for (std::size_t at = 0; (at = text.find('{', at)) != text.npos;) {
    const auto end = text.find('}', at);
    if (end == text.npos) break;
    const auto found = values.find(text.substr(at + 1, end - at - 1));
    if (found == values.end()) {
      ++at;
      continue;
    }
    text.replace(at, end + 1 - at, found->second);
    at += found->second.size();
  }
  return text;
}

}  // namespace harbinger::provision
