// What opening an access history finds: intact segments, and damage, which is cut off.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include <harbinger/access_history.h>
#include <harbinger/secret_file.h>

#include "learn/history_directory.h"

namespace harbinger::learn {

/// A segment that nothing is written to any more.
struct KeptSegment {
  std::filesystem::path path;
  std::uint64_t number = 0;
  std::uint64_t frames = 0, accesses = 0, bytes = 0;
  UnixMillis newest = 0;  ///< of its accesses
};

struct Recovery {
  std::vector<KeptSegment> segments;  ///< oldest first
  std::uint64_t last_number = 0;      ///< of any file there
  AccessHistory::Opened opened;
};

/// Reads all segments through. An error when one was sealed with another secret (`denied`) or by a later version; then nothing was cut.
Result<Recovery> recover(const HistoryDirectory& directory, const Secret& secret);

}  // namespace harbinger::learn
