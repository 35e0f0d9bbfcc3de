#include <harbinger/place.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numbers>

namespace harbinger {

double distance_km(const Place& a, const Place& b) noexcept {
  if (!a.has_position() || !b.has_position()) return std::numeric_limits<double>::quiet_NaN();
  constexpr double kEarthRadius = 6371.0, kRadians = std::numbers::pi / 18'000;
  const double north_a = a.latitude * kRadians, north_b = b.latitude * kRadians;
  const double half_north = std::sin((north_b - north_a) / 2);
  const double half_east = std::sin((b.longitude - a.longitude) * kRadians / 2);
  const double haversine = half_north * half_north + std::cos(north_a) * std::cos(north_b) * half_east * half_east;
  return 2 * kEarthRadius * std::asin(std::sqrt(std::min(1.0, haversine)));
}

std::string to_string(const Place& place) {
  std::string text;
  const auto add = [&](std::string_view word) { text.append(text.empty() ? "" : " ").append(word); };
  if (place.has_country()) add({place.country.data(), 2});
  if (place.continent[0] != 0) add({place.continent.data(), 2});
  if (place.has_position()) {
    std::array<char, 32> position{};
    std::snprintf(position.data(), position.size(), "%.2f,%.2f", place.latitude / 100.0, place.longitude / 100.0);
    add(position.data());
  }
  if (place.network != 0) add("AS" + std::to_string(place.network));
  return text.empty() ? "?" : text;
}

}  // namespace harbinger
