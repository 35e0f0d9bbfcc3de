// Short cuts for what zone files consist of: names without escapes, and the data of A, AAAA and single-name records.
#pragma once

#include <optional>
#include <string_view>

#include <harbinger/rr.h>

namespace harbinger::file {

/// A name of plain letters, digits, `-`, `_`, `*` and dots, relative to `origin` unless it ends in a dot. Nullopt for
/// everything else: then Name::parse knows what to say.
std::optional<Name> plain_name(std::string_view text, const Name& origin);

/// Writes the data of the commonest types into `out`. False, with `out` unspecified, when the text is not of the plain
/// kind.
bool plain_rdata(RRType type, std::string_view text, const Name& origin, Rdata& out);

/// The types that zones are full of, without a search.
std::optional<RRType> plain_type(std::string_view text);

}  // namespace harbinger::file
