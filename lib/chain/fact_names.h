// Ids for the facts that plugins define themselves.
#pragma once

#include <string_view>

#include <harbinger/facts.h>

namespace harbinger {

/// The id of this name; the first call hands one out. The one table of the process: ids must stay the same across reloads, because
/// answers are kept under them. Throws std::length_error when all are taken. Thread-safe.
FactId fact_named(std::string_view name);

}  // namespace harbinger
