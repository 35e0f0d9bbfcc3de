// The HTTP interface of mirroring, described for programs (OpenAPI 3.1).
#pragma once

#include <string>

namespace harbinger::mirror {

/// A JSON document with every route and every field of the settings.
std::string pdme_openapi();

}  // namespace harbinger::mirror
