#include "plugins/orchestration/rows.h"

#include "orchestrate/told_words.h"

namespace harbinger::orchestration {

namespace {

constexpr unsigned kMiB = 20;  // bits

std::unexpected<Error> wrong(const TemplateRow& row, const std::string& right) {
  return fail(ErrorCode::malformed, "template \"" + row.name + "\": " + right);
}

template <class T>
void take(T& field, const std::optional<T>& said) {
  if (said) field = *said;
}

}  // namespace

orchestrate::KindSettings kind_of(const KindRow& row, const std::vector<WordRow>& settings) {
  return {.kind = row.name,
          .target = row.target,
          .settings = words_of(row.name, settings),
          .cold_cost = row.cold_cost,
          .idle_cost = row.idle_cost,
          .ready_within = row.ready_within};
}

Result<provision::Template> template_of(const TemplateRow& row, const std::vector<CommandRow>& commands,
                                        const std::vector<WordRow>& details) {
  if (row.memory.bytes >> kMiB == 0) return wrong(row, "`memory` is at least 1MiB");
  if (!row.health.empty() && !row.health.starts_with('/')) return wrong(row, "`health` is a path such as /healthz");
  provision::Template made{.name = row.name,
                           .size = {row.cpus, row.memory.bytes >> kMiB},
                           .image = row.image,
                           .more = words_of(row.name, details),
                           .port = row.port,
                           .health = row.health,
                           .ready_within = row.ready_within};
  made.most = made.size;
  for (const auto& each : commands)
    if (each.name == row.name) made.command = each.words;
  return made;
}

Result<std::vector<orchestrate::AttributeModel::Rule>> rules_of(const std::vector<RuleRow>& rows) {
  std::vector<orchestrate::AttributeModel::Rule> rules;
  for (const auto& row : rows) {
    const auto said = orchestrate::read_label(row.attribute, row.value);
    if (!said) return fail(said.error().code, "rule " + row.attribute + ": " + said.error().message);
    if (!said->value) return fail(ErrorCode::malformed, "rule " + row.attribute + ": a value is needed");
    rules.push_back({row.source, row.kind, row.verb, row.scope, said->attribute, *said->value});
  }
  return rules;
}

orchestrate::Budgets budgets_of(const std::vector<BudgetRow>& rows) {
  orchestrate::Budgets budgets;
  for (const auto& row : rows) {
    take(budgets.resources, row.resources);
    take(budgets.per_user, row.per_user);
    take(budgets.starts_per_hour, row.starts_per_hour);
    take(budgets.starts_per_user_hour, row.starts_per_user_hour);
    take(budgets.cost_per_hour, row.cost_per_hour);
  }
  return budgets;
}

}  // namespace harbinger::orchestration
