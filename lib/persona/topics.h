// What a resource is about, by words in its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace harbinger::persona {

enum class Topic : std::uint8_t { fragments, video, game, social, reading, telemetry, none };
inline constexpr std::size_t kTopics = static_cast<std::size_t>(Topic::none);
std::string_view to_string(Topic topic) noexcept;

/// The first that fits; `fragments` for numbered segments. Pure.
Topic topic_of(std::string_view resource) noexcept;

}  // namespace harbinger::persona
