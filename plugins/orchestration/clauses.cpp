#include "plugins/orchestration/clauses.h"

#include <chrono>

#include <harbinger/option_check.h>
#include <harbinger/option_value.h>

namespace harbinger::orchestration {

using namespace std::chrono_literals;

Clause<KindRow> kind_clause() {
  return Clause<KindRow>()
      .argument("NAME", &KindRow::name)
      .value("target", &KindRow::target)
      .value("cold_cost", &KindRow::cold_cost, at_least(0.0))
      .value("idle_cost", &KindRow::idle_cost, at_least(0.0))
      .value("ready_within", &KindRow::ready_within, between(100ms, 3600s));
}

Clause<TargetRow> target_clause() {
  return Clause<TargetRow>()
      .argument("NAME", &TargetRow::name)
      .argument("WORD", &TargetRow::word,
                one_of<std::string>({{"process", "process"},
                                     {"container", "container"},
                                     {"qemu", "qemu"},
                                     {"libvirt", "libvirt"},
                                     {"kubernetes", "kubernetes"},
                                     {"openstack", "openstack"},
                                     {"deployments", "deployments"},
                                     {"estate", "estate"}}));
}

Clause<TemplateRow> template_clause() {
  return Clause<TemplateRow>()
      .argument("NAME", &TemplateRow::name)
      .value("target", &TemplateRow::target)
      .value("image", &TemplateRow::image)
      .value("port", &TemplateRow::port)
      .value("health", &TemplateRow::health)
      .value("cpus", &TemplateRow::cpus, between(0.01, 1024.0))
      .value("memory", &TemplateRow::memory)
      .value("ready_within", &TemplateRow::ready_within, between(100ms, 3600s));
}

Clause<CommandRow> command_clause() {
  return Clause<CommandRow>().argument("TEMPLATE", &CommandRow::name).argument("WORD", &CommandRow::words);
}

Clause<WatchRow> watch_clause() {
  return Clause<WatchRow>()
      .argument("FILE", &WatchRow::file)
      .argument("FORMAT", &WatchRow::format)
      .value("mapping", &WatchRow::mapping)
      .value("from_start", &WatchRow::from_start);
}

Clause<RuleRow> rule_clause() {
  return Clause<RuleRow>()
      .argument("ATTRIBUTE", &RuleRow::attribute)
      .argument("VALUE", &RuleRow::value)
      .value("source", &RuleRow::source)
      .value("kind", &RuleRow::kind)
      .value("verb", &RuleRow::verb)
      .value("scope", &RuleRow::scope);
}

Clause<BudgetRow> budget_clause() {
  return Clause<BudgetRow>()
      .value("resources", &BudgetRow::resources, at_most(100'000))
      .value("per_user", &BudgetRow::per_user, at_most(10'000))
      .value("starts_per_hour", &BudgetRow::starts_per_hour, at_most(1'000'000))
      .value("starts_per_user_hour", &BudgetRow::starts_per_user_hour, at_most(1'000'000))
      .value("cost_per_hour", &BudgetRow::cost_per_hour, at_least(0.0));
}

}  // namespace harbinger::orchestration
