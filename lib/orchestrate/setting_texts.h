// Parts of what an operator wrote as the value of a setting.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace harbinger::orchestrate {

/// What stands between characters `at`; nothing where two of them meet. Valid as long as the text.
std::vector<std::string_view> split(std::string_view text, char at);
/// 1 to 65535.
std::optional<std::uint16_t> port_of(std::string_view text);

}  // namespace harbinger::orchestrate
