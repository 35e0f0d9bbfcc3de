// The settings in force: versions, kept on disk, changed by one at a time.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/secret_file.h>
#include "mirror/audit_log.h"
#include "mirror/config_version.h"

namespace harbinger::mirror {

/// Who wants a change, as the audit log says it.
struct Author {
  std::string name{}, from{};
};

/// Any thread. A change that was acknowledged is on the disk; one that was refused has changed nothing.
class ConfigStore {
 public:
  struct Settings {
    std::filesystem::path folder{};  ///< made where there is none; one process at a time
    Secret secret{};                 ///< the settings are encrypted at rest
    const Clock* clock = nullptr;    ///< outlives the store
    Logger log{};
  };
  /// The process's one store of this folder, so that at a reload the new chain goes on with what the old one has. Defaults where nothing was stored yet.
  /// Errors: `conflict` (another process has the folder), those of the files; what is damaged is never begun anew by itself.
  static Result<std::shared_ptr<ConfigStore>> shared(const Settings& settings);
  virtual ~ConfigStore() = default;

  virtual std::shared_ptr<const ConfigVersion> current() const = 0;

  enum class Refused : std::uint8_t {
    unconditional,  ///< no If-Match: a change must say which version it changes
    stale,          ///< made from another version than the one in force
    no_room,        ///< the disk is full
    failed,         ///< the disk does not take it
  };
  struct Refusal {
    Refused reason;
    std::string why;
  };
  using Changed = std::expected<std::shared_ptr<const ConfigVersion>, Refusal>;

  /// Replaces the settings, when `if_match` (the field of this name) names the version in force. The audit log has the change when this returns. Settings
  /// that are in force already make no new version.
  virtual Changed replace(const MirrorSettings& settings, std::string_view if_match, const Author& author) = 0;

  /// Where everything is written that is asked of these settings and around them.
  virtual AuditLog& audit() = 0;
};

}  // namespace harbinger::mirror
