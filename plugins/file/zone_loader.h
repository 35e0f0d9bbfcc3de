// From a file's path to a zone, or to everything that is wrong with it.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "plugins/file/zone.h"
#include "plugins/file/zone_parser.h"

namespace harbinger::file {

struct LoadedZone {
  std::unique_ptr<Zone> zone;  ///< null when the findings hold errors
  Findings findings;
  std::vector<SourceFile> sources;  ///< what was read, for has_changed; never empty
};

LoadedZone load_zone(const std::filesystem::path& path, const Name& apex);

/// The same from a text, without included files; `most_generated` bounds each $GENERATE.
LoadedZone load_zone_text(std::string_view text, const Name& apex, std::uint32_t most_generated = 1 << 20);

/// Whether any of the files looks different now.
bool has_changed(const std::vector<SourceFile>& sources);

}  // namespace harbinger::file
