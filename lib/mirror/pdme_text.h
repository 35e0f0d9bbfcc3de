// The pages about mirroring for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mirror/pdme_source.h"

namespace harbinger::mirror {

std::string stats_text(const PdmeStats& stats);
/// A table, one line for each.
std::string mirrors_text(const std::vector<MirrorState>& mirrors);
std::string reasons_text(std::string_view resource, const std::vector<MirrorReasons>& reasons);

}  // namespace harbinger::mirror
