// How lines of many words are read.
#pragma once

#include <harbinger/options.h>
#include "plugins/vm_provisioning/rows.h"

namespace harbinger::vm_provisioning {

Clause<PoolRow> pool_clause();
Clause<BudgetRow> budget_clause();
Clause<TagsRow> tags_clause();

}  // namespace harbinger::vm_provisioning
