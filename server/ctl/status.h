// What a server is doing, in a few lines, from its metrics.
#pragma once

#include <string>
#include <string_view>

namespace harbinger::ctl {

/// From the text that a Prometheus server reads. Figures that the server does not have are left out; empty when it has none of them.
std::string status_text(std::string_view metrics);

}  // namespace harbinger::ctl
