// Everything learnt, as one file.
#pragma once

#include <filesystem>
#include <vector>

#include <harbinger/result.h>

#include "learn/sequence/memory.h"
#include "learn/sequence/served_lines.h"
#include "learn/sequence/soon_model.h"

namespace harbinger::sequence {

/// Writes beside `path`, then takes its place: a crash leaves the old file or the new one.
Result<void> save_snapshot(const std::filesystem::path& path, const Memory& memory, const SoonModel& soon,
                           const ServedLines& served);

/// The file's content into a memory that is fresh and was made with the same settings. After an error the memory is of no use.
Result<void> load_snapshot(const std::filesystem::path& path, Memory& memory, SoonModel& soon,
                           std::vector<ServedLines::Kept>& served);

}  // namespace harbinger::sequence
