// How lines of many words are read.
#pragma once

#include <harbinger/options.h>
#include "plugins/orchestration/rows.h"

namespace harbinger::orchestration {

Clause<KindRow> kind_clause();
Clause<TargetRow> target_clause();
Clause<TemplateRow> template_clause();
Clause<CommandRow> command_clause();
Clause<WatchRow> watch_clause();
Clause<RuleRow> rule_clause();
Clause<BudgetRow> budget_clause();

}  // namespace harbinger::orchestration
