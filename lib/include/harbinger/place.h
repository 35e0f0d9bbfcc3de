// Where somebody is, small enough to be a fact.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace harbinger {

/// A place on earth and in the internet, as far as known. The value of the fact `FactId::location`, set by geoip.
struct Place {
  static constexpr std::int16_t kNowhere = INT16_MIN;

  std::int16_t latitude = kNowhere, longitude = kNowhere;  ///< hundredths of a degree, north and east positive
  std::array<char, 2> country{};                           ///< ISO 3166-1, upper case; zeros when not known
  std::array<char, 2> continent{};                         ///< AF AN AS EU NA OC SA; zeros when not known
  std::uint32_t network = 0;                               ///< autonomous system; 0 when not known
  std::uint32_t city = 0;                                  ///< GeoNames id; 0 when not known

  bool has_position() const { return latitude != kNowhere && longitude != kNowhere; }
  bool has_country() const { return country[0] != 0; }
  friend bool operator==(const Place&, const Place&) = default;
};
static_assert(sizeof(Place) == 16);

/// Great-circle distance in kilometres; NaN unless both have a position.
double distance_km(const Place& a, const Place& b) noexcept;
/// `DE EU 52.52,13.40 AS3320`; `?` when nothing is known.
std::string to_string(const Place& place);

}  // namespace harbinger
