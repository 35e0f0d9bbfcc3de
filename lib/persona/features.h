// What can be said of behaviour in numbers that people understand: what catalogue entries are matched by.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace harbinger::persona {

/// Shares are 0..1 of the acts. The word in a catalogue is the name here.
enum class Feature : std::uint8_t {
  acts_per_minute,  ///< while active (gaps over ten minutes do not count)
  gap_s,            ///< usual gap between two acts (mean of the logarithm)
  regularity,       ///< 0: gaps of all lengths; 1: always the same gap
  night,            ///< share between 22 and 6 o'clock, UTC shifted by the location's offset where known
  distinct,         ///< different resources for each act
  repeat,           ///< share of acts with a resource that the client had among its last eight
  failed,           ///< share that ended as not_found, refused or failed
  dwell_s,          ///< mean dwell time where told
  // Shares of actions.
  query,
  navigation,
  click,
  scroll,
  api_call,
  playback,
  // Shares of device classes.
  desktop,
  phone,
  tablet,
  television,
  console,
  thing,
  bot,
  server,
  // Shares of resources.
  fragments,  ///< numbered segments or byte ranges
  video,
  game,
  social,
  reading,
  telemetry,  ///< by words in names; topics.cpp
  limit
};
std::string_view to_string(Feature feature) noexcept;
std::optional<Feature> parse_feature(std::string_view word) noexcept;

/// NaN where nothing is known.
using Features = std::array<float, static_cast<std::size_t>(Feature::limit)>;

}  // namespace harbinger::persona
