#include "persona/features.h"

namespace harbinger::persona {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Feature::limit)> kWords{
    "acts_per_minute", "gap_s",     "regularity", "night",      "distinct", "repeat",   "failed",
    "dwell_s",         "query",     "navigation", "click",      "scroll",   "api_call", "playback",
    "desktop",         "phone",     "tablet",     "television", "console",  "thing",    "bot",
    "server",          "fragments", "video",      "game",       "social",   "reading",  "telemetry"};

}  // namespace

std::string_view to_string(Feature feature) noexcept {
  const auto at = static_cast<std::size_t>(feature);
  return at < kWords.size() ? kWords[at] : "?";
}

std::optional<Feature> parse_feature(std::string_view word) noexcept {
  for (std::size_t i = 0; i < kWords.size(); ++i)
    if (kWords[i] == word) return static_cast<Feature>(i);
  return std::nullopt;
}

}  // namespace harbinger::persona
