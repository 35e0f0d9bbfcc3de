#include "plugins/orchestration/config.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "orchestrate/activity_format.h"

namespace harbinger::orchestration {

namespace {

std::unexpected<Error> malformed(std::string right) { return fail(ErrorCode::malformed, std::move(right)); }

template <class Row>
std::string names_of(const std::vector<Row>& rows) {
  std::string all;
  for (const auto& row : rows) all.append(all.empty() ? "" : ", ").append(row.name);
  return all.empty() ? "none" : all;
}

// A line that names something which has a line of its own.
template <class Row>
Result<void> must_be_there(const std::vector<Row>& rows, std::string_view what, std::string_view line,
                           const std::string& name) {
  if (std::ranges::find(rows, name, &Row::name) != rows.end()) return {};
  return fail(ErrorCode::not_found, std::string(line) + ": there is no " + std::string(what) + " \"" + name +
                                        "\"; there are " + names_of(rows));
}

template <class Row>
Result<void> must_stand_once(const std::vector<Row>& rows, std::string_view what) {
  std::set<std::string_view> seen;
  for (const auto& row : rows) {
    if (row.name.size() > 64) return malformed(std::string(what) + ": a name has at most 64 octets");
    if (!seen.insert(row.name).second)
      return fail(ErrorCode::conflict, std::string(what) + " \"" + row.name + "\" stands twice");
  }
  return {};
}

Result<void> check_names(const Config& config) {
  if (config.kinds.empty())
    return malformed("there is no kind of resource: write a line as `kind machine target local cold_cost 10`");
  for (const auto& checked : {must_stand_once(config.kinds, "kind"), must_stand_once(config.targets, "target"),
                              must_stand_once(config.templates, "template")})
    if (!checked) return checked;
  return {};
}

Result<void> check_references(const Config& config) {
  std::vector<Result<void>> all;
  for (const auto& row : config.kinds)
    all.push_back(must_be_there(config.targets, "target", "kind " + row.name, row.target));
  for (const auto& row : config.templates)
    all.push_back(must_be_there(config.targets, "target", "template " + row.name, row.target));
  for (const auto& row : config.settings) all.push_back(must_be_there(config.kinds, "kind", "setting", row.of));
  for (const auto& row : config.options) all.push_back(must_be_there(config.targets, "target", "option", row.of));
  for (const auto& row : config.details) all.push_back(must_be_there(config.templates, "template", "detail", row.of));
  for (const auto& row : config.commands)
    all.push_back(must_be_there(config.templates, "template", "command", row.name));
  for (const auto& each : all)
    if (!each) return each;
  return {};
}

Result<void> check_templates(const Config& config) {
  for (const auto& row : config.templates) {
    const auto made = template_of(row, config.commands, config.details);
    if (!made) return fail(made.error());
    const auto target = std::ranges::find(config.targets, row.target, &TargetRow::name);
    if (target->word == "process" && made->command.empty())
      return malformed("template \"" + row.name + "\": a process needs a line as `command " + row.name +
                       " /usr/bin/server --port {port}`");
  }
  return {};
}

// Two rules that contradict each other are told before anything is served.
Result<void> check_rules(const Config& config) {
  auto rules = rules_of(config.rules);
  if (!rules) return fail(rules.error());
  return orchestrate::make_attribute_model({.users = 1}, nullptr)->pin(std::move(*rules));
}

Result<void> check_watches(const Config& config) {
  std::set<std::filesystem::path> seen;
  for (const auto& row : config.watches) {
    if (auto format = orchestrate::make_activity_format(row.format, row.mapping); !format)
      return fail(format.error().code, "watch " + row.file.string() + ": " + format.error().message);
    if (!seen.insert(row.file).second)
      return fail(ErrorCode::conflict, "watch " + row.file.string() + " stands twice: its acts would count twice");
  }
  if (auto format = orchestrate::make_activity_format("json", config.mapping); !format)
    return fail(format.error().code, "mapping: " + format.error().message);
  return {};
}

Result<void> check_pages(const Config& config) {
  return harbinger::check(guarded_http(config), "approve plans and claim resources");
}

}  // namespace

Result<void> check(const Config& config) {
  for (const auto each : {check_names, check_references, check_templates, check_rules, check_watches, check_pages})
    if (auto checked = each(config); !checked) return checked;
  return {};
}

ServiceSettings service_settings(const Config& config, const PluginContext& context) {
  ServiceSettings settings{.state = context.resolve(config.state), .key = resolve(context, config.key)};
  auto& engine = settings.engine;
  engine.mode = config.mode;
  for (const auto& row : config.kinds) engine.kinds.push_back(kind_of(row, config.settings));
  engine.budgets = budgets_of(config.budgets);
  engine.round = config.round;
  engine.cool_down = config.cool_down;
  engine.unused_after = config.unused_after;
  engine.approval_within = config.approval_within;
  engine.users = config.users;
  engine.history = config.history;
  engine.reactive = config.reactive;
  settings.horizon = config.horizon;
  settings.network = config.network;
  settings.intake.mapping = config.mapping;
  settings.intake.window = config.window;
  settings.intake.acts_per_second = config.acts_per_second;
  settings.intake.keep_scopes = config.keep_scopes;
  settings.intake.new_keys = config.new_keys;
  for (const auto& row : config.targets) settings.targets[row.name].word = row.word;
  for (const auto& row : config.options) settings.targets[row.of].options[row.key] = row.value;
  for (const auto& row : config.templates)
    settings.targets[row.target].templates.push_back(template_of(row, config.commands, config.details).value());
  for (const auto& row : config.watches)
    settings.intake.logs.push_back({context.resolve(row.file), row.format, row.mapping, row.from_start});
  settings.rules = rules_of(config.rules).value();
  settings.door = grpc_door(config, context);
  return settings;
}

GuardedHttp guarded_http(const Config& config) {
  return {config.http, config.certificate, config.private_key, config.client_ca, config.tokens};
}

}  // namespace harbinger::orchestration
