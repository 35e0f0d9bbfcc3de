// Which records of a trace count, and as what.
#pragma once

#include <string_view>

#include "server/replay/record.h"

namespace harbinger::replay {

struct Filters {
  bool pages =
      false;  ///< GET answered with 2xx or 3xx; no images, styles, scripts and fonts; the query string is cut off
  bool humans = false;  ///< user agents that do not look like programs
  bool bots = false;    ///< user agents that do
  bool hosts = false;   ///< the host of a URL in the place of the whole; a name stays
};

/// Whether the user agent is a program's: it says so, or says nothing.
bool is_bot(std::string_view user_agent);
/// Whether a URL or path ends like an image, style, script or font.
bool is_decoration(std::string_view path);
/// Host of an absolute URL without its port, or of a name as it is; empty for a path.
std::string_view host_of(std::string_view resource);

/// Whether the record counts; changes its resource to what it counts as.
bool passes(const Filters& filters, Record& record);

}  // namespace harbinger::replay
