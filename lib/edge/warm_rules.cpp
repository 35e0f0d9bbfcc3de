#include "edge/warm_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include <harbinger/resource_text.h>

namespace harbinger::edge {

namespace {

using Fields = steer::NameTemplate::Fields;

std::unexpected<Error> wrong(const std::string& url, const std::string& right) {
  return fail(ErrorCode::malformed, "warm \"" + url + "\": " + right);
}

// The end of the word that begins with the brace at `open`; npos where none is closed.
std::size_t close_of(std::string_view text, std::size_t open) { return text.find('}', open); }

Result<void> check_word(const std::string& url, std::string_view word, const steer::NameTemplate& names) {
  if (word == "name" || (word == "type" && names.has_type()) || (word == "app" && names.has_app())) return {};
  if (word == "resource" && names.text().find("{resource") != std::string::npos) return {};
  return wrong(url, "{" + std::string(word) + "} is not read by the template \"" + names.text() +
                        "\"; {name} always is, {resource}, {type} and {app} where it has them");
}

Result<void> check_url(const std::string& url, const steer::NameTemplate& names) {
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return wrong(url, "a URL begins with http:// or https://, as http://{name}/index.m3u8");
  for (auto open = url.find('{'); open != std::string::npos; open = url.find('{', open + 1)) {
    const auto close = close_of(url, open);
    if (close == std::string::npos) return wrong(url, "a brace is closed: {name}");
    if (auto good = check_word(url, std::string_view(url).substr(open + 1, close - open - 1), names); !good)
      return good;
  }
  return {};
}

std::string filled(std::string_view url, std::string_view name, const Fields& fields) {
  const std::array<std::pair<std::string_view, std::string_view>, 4> words{
      {{"{name}", name}, {"{resource}", fields.resource}, {"{type}", fields.type}, {"{app}", fields.app}}};
  std::string made;
  while (!url.empty()) {
    const auto open = std::min(url.find('{'), url.size());
    made += url.substr(0, open);
    url.remove_prefix(open);
    if (url.empty()) break;
    const auto* word = std::ranges::find_if(words, [&](const auto& each) { return url.starts_with(each.first); });
    made += word->second;
    url.remove_prefix(word->first.size());
  }
  return made;
}

}  // namespace

Result<WarmRules> WarmRules::make(const std::vector<Rule>& rules) {
  WarmRules made;
  for (const auto& rule : rules) {
    auto names = steer::NameTemplate::parse(rule.name_template);
    if (!names) return fail(names.error());
    if (rule.urls.empty() || rule.urls.size() > kMostUrls)
      return fail(ErrorCode::malformed, "warm " + rule.name_template + ": behind the template stand 1 to " +
                                            std::to_string(kMostUrls) + " URLs, as http://{name}/index.m3u8");
    for (const auto& url : rule.urls)
      if (auto good = check_url(url, *names); !good) return fail(good.error());
    made.rules_.push_back({std::move(*names), rule.urls, rule.cluster});
  }
  return made;
}

WarmRules::Found WarmRules::find(std::string_view resource) const {
  const auto host = host_of(resource);
  const auto name = Name::parse(host);
  if (!name || host.empty()) return {};
  for (const auto& rule : rules_) {
    Fields fields;
    if (!rule.names.match(*name, fields)) continue;
    if (resource != host) return {{std::string(resource)}, rule.cluster};
    Found found{{}, rule.cluster};
    for (const auto& url : rule.urls) found.urls.push_back(filled(url, host, fields));
    return found;
  }
  return {};
}

std::vector<Line> WarmRules::lines(const Line& of_names) const {
  std::vector<std::pair<std::string, float>> successors;
  for (const auto& [name, probability] : of_names.successors)
    for (auto& url : find(name).urls) successors.emplace_back(std::move(url), probability);
  if (successors.empty()) return {};
  std::vector<Line> made;
  for (auto& url : find(of_names.context).urls) made.push_back({std::move(url), successors});
  return made;
}

}  // namespace harbinger::edge
