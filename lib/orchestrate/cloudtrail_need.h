// What a call of AWS' API asks for.
#pragma once

#include <string_view>

#include "orchestrate/json_view.h"
#include "orchestrate/need.h"

namespace harbinger::orchestrate {

/// Reads `requestParameters` of RunInstances ("machine"), CreateVolume ("volume": its machine type is the volume's type) and CreateDBInstance ("database":
/// its image is the engine) into `need`; false for other calls. What is not told stays empty.
bool read_cloudtrail_need(std::string_view event, JsonView parameters, Need& need);

}  // namespace harbinger::orchestrate
