// What is kept of an instance on this machine, in a folder of its own, so that it is found again after a restart.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <harbinger/result.h>
#include "provision/held_process.h"
#include "provision/template.h"

namespace harbinger::provision {

/// Written before anything is started.
struct InstanceRecord {
  std::string id{}, template_name{};
  Reach reach{};
  std::string boot{};  ///< in which start of the machine; no instance outlives it
  friend bool operator==(const InstanceRecord&, const InstanceRecord&) = default;
};

/// Replaced as a whole. `denied`, `too_large`: what the disk said.
Result<void> write_record(const std::filesystem::path& folder, const InstanceRecord& record);
/// Nothing for what is missing or no record.
std::optional<InstanceRecord> read_record(const std::filesystem::path& folder);

/// "PID START", which an instance's first process writes before it begins. Nothing when it never did.
std::optional<ProcessIdentity> read_note(const std::filesystem::path& file);

}  // namespace harbinger::provision
