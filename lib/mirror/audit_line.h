// What the audit log says of one change, or of one refused attempt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mirror/config_document.h"
#include "mirror/config_store.h"

namespace harbinger::mirror {

/// Never a token, and nothing of clients.
struct AuditEntry {
  std::string what{};     ///< "config", "events" or "start"
  std::string outcome{};  ///< "applied" or "refused"
  Author author{};
  std::string why{};                          ///< of a refusal
  std::optional<std::uint64_t> from{}, to{};  ///< versions
  std::vector<FieldChange> changes{};         ///< of the settings
  std::vector<ExternalEvent> events{};        ///< that were told
  std::uint64_t held_back = 0;                ///< refusals before this one that have no line
};

/// One line of JSON. `at` is said as RFC 3339 writes it, in UTC.
std::string audit_line(const AuditEntry& entry, UnixMillis at);

}  // namespace harbinger::mirror
