#include "mirror/mirror_rules.h"

namespace harbinger::mirror {

Result<MirrorRules> MirrorRules::make(const std::vector<Rule>& rules) {
  MirrorRules made;
  for (const auto& rule : rules) {
    auto urls = edge::WarmRules::make({{rule.name_template, rule.urls}});
    if (!urls) return fail(urls.error());
    auto names = steer::NameTemplate::parse(rule.name_template);
    if (!names) return fail(names.error());
    if (rule.origin.port == 0)
      return fail(
          ErrorCode::malformed,
          rule.name_template + ": the origin is an address with a port, as 192.0.2.1:80; mirrors are compared with it");
    made.rules_.push_back({std::move(*urls), std::move(*names), rule.type, rule.origin});
  }
  return made;
}

std::optional<MirrorRules::Found> MirrorRules::find(std::string_view resource) const {
  const auto name = Name::parse(resource);
  if (!name) return std::nullopt;
  for (const auto& rule : rules_) {
    steer::NameTemplate::Fields fields;
    if (!rule.names.match(*name, fields)) continue;
    return Found{rule.urls.find(resource).urls, fields.type.empty() ? rule.type : std::string(fields.type),
                 rule.origin};
  }
  return std::nullopt;
}

}  // namespace harbinger::mirror
