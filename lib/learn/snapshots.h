// The model on disk: a snapshot now and then, named by the time of the latest access in it.
#pragma once

#include <filesystem>
#include <optional>

#include <harbinger/access.h>
#include <harbinger/log.h>
#include <harbinger/sequence_model.h>

namespace harbinger {

/// Keeps the newest two in a folder. One thread.
class Snapshots {
 public:
  Snapshots(std::filesystem::path directory, Logger log) : directory_(std::move(directory)), log_(std::move(log)) {}

  /// Loads the newest that can be read; what cannot is logged. The time of its latest access, or nothing.
  std::optional<UnixMillis> load(SequenceModel& model) const;
  /// Writes one; older ones than the one before go.
  Result<void> save(const SequenceModel& model, UnixMillis latest) const;

 private:
  /// Newest first.
  std::vector<std::pair<UnixMillis, std::filesystem::path>> list() const;

  const std::filesystem::path directory_;
  const Logger log_;
};

}  // namespace harbinger
