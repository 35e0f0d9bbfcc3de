#include "plugins/vm_provisioning/names.h"

#include <harbinger/profile_tag.h>

namespace harbinger::vm_provisioning {

namespace {

constexpr std::string_view kTagWord = "{cpt}.";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Lengths of labels are below 64, so that they are no letters. `end` is in lower case.
bool same(std::string_view wire, std::string_view end) noexcept {
  for (std::size_t i = 0; i < end.size(); ++i)
    if (wire[i] != end[i] && lower(wire[i]) != end[i]) return false;
  return true;
}

std::string end_of(std::string_view name_template) {
  const auto last_word = name_template.rfind('}');
  if (last_word != std::string_view::npos) name_template.remove_prefix(last_word + 1);
  std::string wire, label;
  for (const char c : name_template) {
    if (c != '.') {
      label += lower(c);
      continue;
    }
    if (!label.empty()) (wire += static_cast<char>(label.size())) += label;
    label.clear();
  }
  if (!label.empty()) (wire += static_cast<char>(label.size())) += label;
  return wire + '\0';
}

std::string_view first_label(std::string_view wire) { return wire.substr(1, static_cast<unsigned char>(wire[0])); }

}  // namespace

Result<void> ProvisionedNames::add(const std::string& name_template, std::uint16_t pool) {
  if (name_template.find("{cpt") != std::string::npos && !name_template.starts_with(kTagWord))
    return fail(ErrorCode::malformed, "template \"" + name_template + "\": {cpt} stands in front, for one label");
  if (!name_template.starts_with(kTagWord)) return add_one(name_template, pool, false);
  if (auto added = add_one(name_template, pool, true); !added) return added;
  return add_one(std::string_view(name_template).substr(kTagWord.size()), pool, false);
}

Result<void> ProvisionedNames::add_one(std::string_view name_template, std::uint16_t pool, bool tagged) {
  auto names = steer::NameTemplate::parse(name_template);
  if (!names) return fail(names.error());
  entries_.push_back({std::move(*names), end_of(name_template), pool, tagged});
  return {};
}

bool ProvisionedNames::match(const Name& name, Match& match) const noexcept {
  const std::string_view wire(reinterpret_cast<const char*>(name.wire().data()), name.wire().size());
  const auto label = first_label(wire);
  const bool tagged = label.size() >= ProfileTag::kLabel.size() && same(label, ProfileTag::kLabel);
  for (const auto& entry : entries_) {
    if (entry.tagged != tagged || wire.size() < entry.end.size()) continue;
    if (!same(wire.substr(wire.size() - entry.end.size()), entry.end)) continue;
    steer::NameTemplate::Fields fields;
    if (!entry.names.match(name, fields)) continue;
    match = {entry.pool, tagged ? label.substr(ProfileTag::kLabel.size()) : std::string_view(), tagged};
    if (!fields.type.empty())
      for (const auto& type : types_)
        if (steer::same_label(type.label, fields.type)) match.pool = type.pool;
    return true;
  }
  return false;
}

}  // namespace harbinger::vm_provisioning
