// The settings as a document: JSON to settings and back, what is wrong with it, and what changed.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "mirror/json_text.h"
#include "mirror/settings.h"

namespace harbinger::mirror {

/// The whole settings; what the document leaves out is at its default. Either all of it is right, or every complaint about it is told: unknown keys, other
/// kinds of values, numbers out of bounds, fields that contradict each other.
std::expected<MirrorSettings, Complaints> read_settings(const nlohmann::json& document);

/// Every field, in the order of docs/mirroring_api.md.
nlohmann::ordered_json settings_document(const MirrorSettings& settings);
/// The same as text, for people.
std::string settings_text(const MirrorSettings& settings);

/// The JSON schema of the document, as OpenAPI 3.1 has them.
nlohmann::ordered_json settings_schema();

struct FieldChange {
  std::string at;             ///< JSON pointer
  nlohmann::json from, to{};  ///< null where it was not, or is not any more
};
std::vector<FieldChange> changes_between(const MirrorSettings& before, const MirrorSettings& after);

}  // namespace harbinger::mirror
