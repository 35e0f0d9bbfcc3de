// Resolving the names of one server block ahead, through its own plugins.
#pragma once

#include <harbinger/foresight.h>
#include <harbinger/plugin.h>
#include <harbinger/token_budget.h>

#include "plugins/prefetch/hint_chooser.h"

namespace harbinger::prefetch {

/// How a question was asked, as a variant of Foresight: answers are kept by these flags.
std::uint8_t variant_of(const Query& query) noexcept;

/// Covers the block's zones, but for what is skipped. `chooser` outlives it.
Foresight::Resolver make_resolver(const PluginContext& context, const HintChooser& chooser,
                                  const TokenBudget::Settings& budgets, bool only_count);

}  // namespace harbinger::prefetch
