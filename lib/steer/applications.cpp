#include "steer/applications.h"

#include <algorithm>

#include <harbinger/persona_directory.h>

namespace harbinger::steer {

namespace {

using PoolPointer = std::shared_ptr<const Pool>;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c; }

bool less_label(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

struct Type {
  std::string name;
  double data_ratio;
  std::uint64_t size_bytes;
  PoolPointer pool;
};
struct Application {
  std::string name;
  std::optional<NameTemplate> own;  // else those that all share
  double data_ratio;
  std::uint64_t size_bytes;
  PoolPointer pool;
  std::vector<Type> types;
};
struct Rule {
  PoolPointer pool;
  std::optional<double> data_ratio;
  std::vector<std::string> personas;
  bool location_preference;
  std::vector<std::uint16_t> applications;

  bool is_for(const ApplicationInfo& info) const {
    return applications.empty() || std::ranges::find(applications, info.application) != applications.end();
  }
  bool holds(const ApplicationInfo& info, PersonaId persona) const;
};

bool Rule::holds(const ApplicationInfo& info, PersonaId persona) const {
  if (!is_for(info)) return false;
  if (data_ratio && static_cast<double>(info.data_ratio) > *data_ratio) return true;
  if (location_preference) {
    const auto* profile = persona_directory().profile(persona);
    if (profile && !profile->location.empty()) return true;
  }
  if (personas.empty()) return false;
  const auto name = persona_directory().name(persona);
  return std::ranges::find(personas, name.view()) != personas.end();
}

class Registry final : public Applications {
 public:
  Result<void> fill(const RegistrySettings& settings, const PoolNamed& pool);

  std::optional<ApplicationInfo> find(const Name& name) const noexcept override;
  const Pool& pool_for(const ApplicationInfo& info, PersonaId persona) const noexcept override {
    const auto* rule = rule_for(info, persona);
    return rule ? *rule->pool : *usual_pool(info);
  }
  const std::string& name_of(const ApplicationInfo& info) const override { return application(info).name; }
  std::string type_of(const ApplicationInfo& info) const override {
    return info.type == 0 ? "" : application(info).types[info.type - 1u].name;
  }
  std::string rule_of(const ApplicationInfo& info, PersonaId persona) const override;
  std::vector<Served> served() const override;

 private:
  const Application& application(const ApplicationInfo& info) const { return applications_[info.application - 1u]; }
  const PoolPointer& usual_pool(const ApplicationInfo& info) const {
    const auto& found = application(info);
    return info.type == 0 ? found.pool : found.types[info.type - 1u].pool;
  }
  const Rule* rule_for(const ApplicationInfo& info, PersonaId persona) const noexcept {
    const auto rule = std::ranges::find_if(rules_, [&](const Rule& each) { return each.holds(info, persona); });
    return rule == rules_.end() ? nullptr : &*rule;
  }
  ApplicationInfo info_of(std::size_t number, std::string_view type) const noexcept;
  std::size_t with_label(std::string_view label) const noexcept;
  Result<std::uint16_t> number_of(const std::string& name) const;

  Result<void> add(const ApplicationSettings& settings, const PoolNamed& pool);
  Result<void> add(const TypeSettings& settings, const PoolNamed& pool);
  Result<void> add(const WhenSettings& settings, const PoolNamed& pool);

  std::vector<NameTemplate> shared_;
  std::vector<Application> applications_;
  std::vector<std::pair<std::string, std::size_t>> by_label_;  // of those without a template of their own, sorted
  std::vector<Rule> rules_;
};

Result<PoolPointer> pool_named(const std::string& name, const Applications::PoolNamed& pool, const std::string& whose) {
  auto found = pool(name);
  if (!found)
    return fail(ErrorCode::not_found, whose + ": there is no pool \"" + name + "\"; write a `pool` line for it");
  return found;
}

Result<void> Registry::fill(const RegistrySettings& settings, const PoolNamed& pool) {
  for (const auto& text : settings.templates) {
    auto made = NameTemplate::parse(text);
    if (!made) return fail(made.error());
    if (!made->has_app())
      return fail(
          ErrorCode::malformed,
          "template \"" + text + "\": needs {app}, which names the application; or write it in the line of one");
    shared_.push_back(std::move(*made));
  }
  for (const auto& each : settings.applications)
    if (auto added = add(each, pool); !added) return added;
  std::ranges::sort(by_label_, less_label, &std::pair<std::string, std::size_t>::first);
  for (const auto& each : settings.types)
    if (auto added = add(each, pool); !added) return added;
  for (const auto& each : settings.rules)
    if (auto added = add(each, pool); !added) return added;
  return {};
}

Result<void> Registry::add(const ApplicationSettings& settings, const PoolNamed& pool) {
  const auto whose = "application \"" + settings.name + "\"";
  if (number_of(settings.name)) return fail(ErrorCode::conflict, whose + " stands twice");
  if (settings.pool.empty())
    return fail(ErrorCode::malformed, whose + ": from which pool? write `pool NAME` in its line");
  auto usual = pool_named(settings.pool, pool, whose);
  if (!usual) return fail(usual.error());
  Application made{settings.name, std::nullopt, settings.data_ratio, settings.size_bytes, std::move(*usual), {}};
  if (!settings.name_template.empty()) {
    auto own = NameTemplate::parse(settings.name_template);
    if (!own) return fail(own.error());
    made.own = std::move(*own);
  } else {
    by_label_.emplace_back(settings.name, applications_.size() + 1);
  }
  if (!made.own && shared_.empty())
    return fail(ErrorCode::not_found,
                whose + ": there is no template for its names; write a `template` line, or `template` in this one");
  applications_.push_back(std::move(made));
  return {};
}

Result<void> Registry::add(const TypeSettings& settings, const PoolNamed& pool) {
  const auto number = number_of(settings.application);
  if (!number) return fail(number.error());
  auto& application = applications_[*number - 1u];
  auto usual = settings.pool.empty() ? Result<PoolPointer>(application.pool)
                                     : pool_named(settings.pool, pool, "type \"" + settings.type + "\"");
  if (!usual) return fail(usual.error());
  application.types.push_back({settings.type, settings.data_ratio.value_or(application.data_ratio),
                               settings.size_bytes != 0 ? settings.size_bytes : application.size_bytes,
                               std::move(*usual)});
  return {};
}

Result<void> Registry::add(const WhenSettings& settings, const PoolNamed& pool) {
  if (!settings.data_ratio && settings.personas.empty() && !settings.location_preference)
    return fail(ErrorCode::malformed,
                "when: says no condition; write `ratio NUMBER`, `persona NAME...` or `preference on`");
  auto found = pool_named(settings.pool, pool, "when");
  if (!found) return fail(found.error());
  Rule rule{std::move(*found), settings.data_ratio, settings.personas, settings.location_preference, {}};
  for (const auto& name : settings.applications) {
    const auto number = number_of(name);
    if (!number) return fail(number.error());
    rule.applications.push_back(*number);
  }
  rules_.push_back(std::move(rule));
  return {};
}

Result<std::uint16_t> Registry::number_of(const std::string& name) const {
  for (std::size_t i = 0; i < applications_.size(); ++i)
    if (same_label(applications_[i].name, name)) return static_cast<std::uint16_t>(i + 1);
  return fail(ErrorCode::not_found,
              "there is no application \"" + name + "\"; write an `application` line for it first");
}

std::optional<ApplicationInfo> Registry::find(const Name& name) const noexcept {
  for (const auto& each : shared_) {
    NameTemplate::Fields fields;
    if (!each.match(name, fields)) continue;
    if (const auto number = with_label(fields.app); number != 0) return info_of(number, fields.type);
  }
  for (std::size_t i = 0; i < applications_.size(); ++i) {
    NameTemplate::Fields fields;
    if (applications_[i].own && applications_[i].own->match(name, fields)) return info_of(i + 1, fields.type);
  }
  return std::nullopt;
}

std::size_t Registry::with_label(std::string_view label) const noexcept {
  const auto found = std::ranges::lower_bound(by_label_, label, less_label,
                                              [](const auto& each) -> std::string_view { return each.first; });
  return found != by_label_.end() && same_label(found->first, label) ? found->second : 0;
}

ApplicationInfo Registry::info_of(std::size_t number, std::string_view type) const noexcept {
  const auto& found = applications_[number - 1];
  ApplicationInfo info{.application = static_cast<std::uint16_t>(number),
                       .data_ratio = static_cast<float>(found.data_ratio),
                       .size_bytes = found.size_bytes};
  for (std::size_t i = 0; i < found.types.size(); ++i) {
    if (!same_label(found.types[i].name, type)) continue;
    info.type = static_cast<std::uint16_t>(i + 1);
    info.data_ratio = static_cast<float>(found.types[i].data_ratio);
    info.size_bytes = found.types[i].size_bytes;
    break;
  }
  return info;
}

std::string Registry::rule_of(const ApplicationInfo& info, PersonaId persona) const {
  const auto* rule = rule_for(info, persona);
  const auto& pool = pool_for(info, persona).settings().name;
  if (!rule) return "usual pool " + pool;
  if (rule->data_ratio && static_cast<double>(info.data_ratio) > *rule->data_ratio)
    return "data ratio " + std::to_string(info.data_ratio) + " is above " + std::to_string(*rule->data_ratio) +
           ": pool " + pool;
  return "persona " + std::string(persona_directory().name(persona).view()) + ": pool " + pool;
}

std::vector<Applications::Served> Registry::served() const {
  std::vector<Served> all;
  for (std::size_t i = 0; i < applications_.size(); ++i) {
    Served served;
    const auto& own = applications_[i].own;
    for (const auto& each : own ? std::span(&*own, 1) : std::span<const NameTemplate>(shared_))
      served.patterns.push_back(each.pattern(applications_[i].name));
    served.pools.push_back(applications_[i].pool);
    for (const auto& type : applications_[i].types) served.pools.push_back(type.pool);
    const ApplicationInfo info{.application = static_cast<std::uint16_t>(i + 1)};
    for (const auto& rule : rules_)
      if (rule.is_for(info)) served.pools.push_back(rule.pool);
    all.push_back(std::move(served));
  }
  return all;
}

}  // namespace

Result<std::unique_ptr<const Applications>> Applications::make(const RegistrySettings& settings,
                                                               const PoolNamed& pool) {
  auto made = std::make_unique<Registry>();
  if (auto filled = made->fill(settings, pool); !filled) return fail(filled.error());
  return made;
}

}  // namespace harbinger::steer
