// The script that web pages report with.
#pragma once

#include <string_view>

namespace harbinger::persona {

/// sensors/web/harbinger.min.js as it is served: at most 2,048 octets.
std::string_view web_script() noexcept;

}  // namespace harbinger::persona
