#include "plugins/file/update_rules.h"

#include <algorithm>

namespace harbinger::file {

namespace {

bool is_of_dnssec(RRType type) {
  return type == RRType::RRSIG || type == RRType::NSEC || type == RRType::NSEC3 || type == RRType::DNSKEY ||
         type == RRType::NSEC3PARAM;
}

bool fits(const Name& pattern, const Name& name) {
  const bool below = pattern.size() > 2 && pattern.wire()[0] == 1 && pattern.wire()[1] == '*';
  if (!below) return pattern == name;
  const auto parent = pattern.parent();
  return name.size() > parent.size() && name.is_within(parent);
}

}  // namespace

bool UpdateRule::allows(const Name& apex, const Name& name, RRType type) const {
  if (!names.empty() && std::ranges::none_of(names, [&](const Name& each) { return fits(each, name); })) return false;
  if (!types.empty()) return std::ranges::find(types, type) != types.end();
  return type != RRType::SOA && !is_of_dnssec(type) && !(type == RRType::NS && name == apex);
}

std::string objection(const std::vector<UpdateRule>& rules, const Name& key, const Name& apex,
                      const UpdateMessage& update) {
  for (const Change& change : update.changes) {
    const auto type = change.record.type;
    const bool whole_name = change.kind == Change::Kind::remove_name;
    const bool allowed = std::ranges::any_of(rules, [&](const UpdateRule& rule) {
      return rule.key == key && (!whole_name || rule.types.empty()) &&
             rule.allows(apex, change.record.name, whole_name ? RRType::A : type);
    });
    if (!allowed) return "the key " + key.to_string() + " may not " + change.to_string();
  }
  return {};
}

Result<void> check_update_rules(const std::vector<UpdateRule>& rules, const TsigKeys& keys) {
  for (const UpdateRule& rule : rules)
    if (!keys.find(rule.key))
      return fail(ErrorCode::not_found, "update: there is no key " + rule.key.to_string() +
                                            "; it should stand in the file that `keys` names");
  return {};
}

Clause<UpdateRule> update_clause() {
  return Clause<UpdateRule>()
      .argument("KEY", &UpdateRule::key)
      .list("name", &UpdateRule::names)
      .list("type", &UpdateRule::types);
}

}  // namespace harbinger::file
