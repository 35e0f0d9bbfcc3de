// How lines of many words are read.
#pragma once

#include <harbinger/options.h>
#include "plugins/vm_provisioning/rows.h"

namespace harbinger::vm_provisioning {

Clause<PoolRow> pool_clause();
/// `setting POOL KEY VALUE`, `provider PROVIDER KEY VALUE`; `of` is the first of these words.
Clause<WordRow> word_clause(const char* of);
Clause<BudgetRow> budget_clause();
Clause<TagsRow> tags_clause();

}  // namespace harbinger::vm_provisioning
