// The pages about mirroring as JSON.
#pragma once

#include <vector>

#include <nlohmann/json.hpp>

#include "mirror/pdme_source.h"

namespace harbinger::mirror {

nlohmann::ordered_json stats_json(const PdmeStats& stats);
nlohmann::ordered_json mirrors_json(const std::vector<MirrorState>& mirrors);
nlohmann::ordered_json reasons_json(std::string_view resource, const std::vector<MirrorReasons>& reasons);

}  // namespace harbinger::mirror
