// The middles of countries, to a degree or so: facts of geography, enough to tell which of two far endpoints is nearer.
#include <algorithm>
#include <array>
#include <cmath>

#include "steer/place_table.h"

namespace harbinger::steer {

namespace {

struct Country {
  std::string_view code;
  std::int16_t north, east;  // degrees
  std::string_view continent;
};
constexpr std::array<Country, 244> kCountries{{
    {"AD", 42, 1, "EU"},     {"AE", 24, 54, "AS"},    {"AF", 33, 65, "AS"},    {"AG", 17, -61, "NA"},
    {"AI", 18, -63, "NA"},   {"AL", 41, 20, "EU"},    {"AM", 40, 45, "AS"},    {"AO", -12, 18, "AF"},
    {"AQ", -80, 0, "AN"},    {"AR", -34, -64, "SA"},  {"AS", -14, -170, "OC"}, {"AT", 47, 13, "EU"},
    {"AU", -27, 133, "OC"},  {"AW", 12, -70, "NA"},   {"AX", 60, 20, "EU"},    {"AZ", 40, 47, "AS"},
    {"BA", 44, 18, "EU"},    {"BB", 13, -59, "NA"},   {"BD", 24, 90, "AS"},    {"BE", 51, 4, "EU"},
    {"BF", 13, -2, "AF"},    {"BG", 43, 25, "EU"},    {"BH", 26, 50, "AS"},    {"BI", -3, 30, "AF"},
    {"BJ", 9, 2, "AF"},      {"BL", 18, -63, "NA"},   {"BM", 32, -65, "NA"},   {"BN", 4, 114, "AS"},
    {"BO", -17, -65, "SA"},  {"BQ", 12, -68, "NA"},   {"BR", -10, -55, "SA"},  {"BS", 24, -76, "NA"},
    {"BT", 27, 90, "AS"},    {"BW", -22, 24, "AF"},   {"BY", 53, 28, "EU"},    {"BZ", 17, -89, "NA"},
    {"CA", 60, -95, "NA"},   {"CC", -12, 97, "AS"},   {"CD", 0, 25, "AF"},     {"CF", 7, 21, "AF"},
    {"CG", -1, 15, "AF"},    {"CH", 47, 8, "EU"},     {"CI", 8, -5, "AF"},     {"CK", -21, -160, "OC"},
    {"CL", -30, -71, "SA"},  {"CM", 6, 12, "AF"},     {"CN", 35, 105, "AS"},   {"CO", 4, -72, "SA"},
    {"CR", 10, -84, "NA"},   {"CU", 22, -80, "NA"},   {"CV", 16, -24, "AF"},   {"CW", 12, -69, "NA"},
    {"CX", -10, 106, "AS"},  {"CY", 35, 33, "EU"},    {"CZ", 50, 15, "EU"},    {"DE", 51, 9, "EU"},
    {"DJ", 12, 43, "AF"},    {"DK", 56, 10, "EU"},    {"DM", 15, -61, "NA"},   {"DO", 19, -71, "NA"},
    {"DZ", 28, 3, "AF"},     {"EC", -2, -78, "SA"},   {"EE", 59, 26, "EU"},    {"EG", 27, 30, "AF"},
    {"EH", 25, -13, "AF"},   {"ER", 15, 39, "AF"},    {"ES", 40, -4, "EU"},    {"ET", 8, 38, "AF"},
    {"FI", 64, 26, "EU"},    {"FJ", -18, 178, "OC"},  {"FK", -52, -59, "SA"},  {"FM", 7, 158, "OC"},
    {"FO", 62, -7, "EU"},    {"FR", 46, 2, "EU"},     {"GA", -1, 12, "AF"},    {"GB", 54, -2, "EU"},
    {"GD", 12, -62, "NA"},   {"GE", 42, 43, "AS"},    {"GF", 4, -53, "SA"},    {"GG", 49, -3, "EU"},
    {"GH", 8, -2, "AF"},     {"GI", 36, -5, "EU"},    {"GL", 72, -40, "NA"},   {"GM", 13, -16, "AF"},
    {"GN", 11, -10, "AF"},   {"GP", 16, -62, "NA"},   {"GQ", 2, 10, "AF"},     {"GR", 39, 22, "EU"},
    {"GS", -54, -37, "AN"},  {"GT", 15, -90, "NA"},   {"GU", 13, 145, "OC"},   {"GW", 12, -15, "AF"},
    {"GY", 5, -59, "SA"},    {"HK", 22, 114, "AS"},   {"HN", 15, -87, "NA"},   {"HR", 45, 16, "EU"},
    {"HT", 19, -72, "NA"},   {"HU", 47, 20, "EU"},    {"ID", -5, 120, "AS"},   {"IE", 53, -8, "EU"},
    {"IL", 31, 35, "AS"},    {"IM", 54, -5, "EU"},    {"IN", 20, 77, "AS"},    {"IO", -6, 72, "AS"},
    {"IQ", 33, 44, "AS"},    {"IR", 32, 53, "AS"},    {"IS", 65, -18, "EU"},   {"IT", 43, 13, "EU"},
    {"JE", 49, -2, "EU"},    {"JM", 18, -77, "NA"},   {"JO", 31, 36, "AS"},    {"JP", 36, 138, "AS"},
    {"KE", 1, 38, "AF"},     {"KG", 41, 75, "AS"},    {"KH", 13, 105, "AS"},   {"KI", 1, 173, "OC"},
    {"KM", -12, 44, "AF"},   {"KN", 17, -63, "NA"},   {"KP", 40, 127, "AS"},   {"KR", 37, 128, "AS"},
    {"KW", 29, 48, "AS"},    {"KY", 19, -81, "NA"},   {"KZ", 48, 68, "AS"},    {"LA", 18, 105, "AS"},
    {"LB", 34, 36, "AS"},    {"LC", 14, -61, "NA"},   {"LI", 47, 10, "EU"},    {"LK", 7, 81, "AS"},
    {"LR", 6, -9, "AF"},     {"LS", -30, 28, "AF"},   {"LT", 56, 24, "EU"},    {"LU", 50, 6, "EU"},
    {"LV", 57, 25, "EU"},    {"LY", 25, 17, "AF"},    {"MA", 32, -5, "AF"},    {"MC", 44, 7, "EU"},
    {"MD", 47, 29, "EU"},    {"ME", 42, 19, "EU"},    {"MF", 18, -63, "NA"},   {"MG", -20, 47, "AF"},
    {"MH", 9, 168, "OC"},    {"MK", 42, 22, "EU"},    {"ML", 17, -4, "AF"},    {"MM", 22, 98, "AS"},
    {"MN", 46, 105, "AS"},   {"MO", 22, 114, "AS"},   {"MP", 15, 146, "OC"},   {"MQ", 15, -61, "NA"},
    {"MR", 20, -12, "AF"},   {"MS", 17, -62, "NA"},   {"MT", 36, 14, "EU"},    {"MU", -20, 58, "AF"},
    {"MV", 3, 73, "AS"},     {"MW", -13, 34, "AF"},   {"MX", 23, -102, "NA"},  {"MY", 3, 102, "AS"},
    {"MZ", -18, 35, "AF"},   {"NA", -22, 17, "AF"},   {"NC", -21, 165, "OC"},  {"NE", 16, 8, "AF"},
    {"NF", -29, 168, "OC"},  {"NG", 10, 8, "AF"},     {"NI", 13, -85, "NA"},   {"NL", 52, 5, "EU"},
    {"NO", 62, 10, "EU"},    {"NP", 28, 84, "AS"},    {"NR", -1, 167, "OC"},   {"NU", -19, -170, "OC"},
    {"NZ", -41, 174, "OC"},  {"OM", 21, 57, "AS"},    {"PA", 9, -80, "NA"},    {"PE", -10, -76, "SA"},
    {"PF", -15, -140, "OC"}, {"PG", -6, 147, "OC"},   {"PH", 13, 122, "AS"},   {"PK", 30, 70, "AS"},
    {"PL", 52, 20, "EU"},    {"PM", 47, -56, "NA"},   {"PR", 18, -66, "NA"},   {"PS", 32, 35, "AS"},
    {"PT", 39, -8, "EU"},    {"PW", 7, 134, "OC"},    {"PY", -23, -58, "SA"},  {"QA", 25, 51, "AS"},
    {"RE", -21, 55, "AF"},   {"RO", 46, 25, "EU"},    {"RS", 44, 21, "EU"},    {"RU", 60, 100, "EU"},
    {"RW", -2, 30, "AF"},    {"SA", 25, 45, "AS"},    {"SB", -8, 159, "OC"},   {"SC", -5, 56, "AF"},
    {"SD", 15, 30, "AF"},    {"SE", 62, 15, "EU"},    {"SG", 1, 104, "AS"},    {"SI", 46, 15, "EU"},
    {"SJ", 78, 16, "EU"},    {"SK", 49, 20, "EU"},    {"SL", 8, -12, "AF"},    {"SM", 44, 12, "EU"},
    {"SN", 14, -14, "AF"},   {"SO", 6, 48, "AF"},     {"SR", 4, -56, "SA"},    {"SS", 7, 30, "AF"},
    {"ST", 1, 7, "AF"},      {"SV", 14, -89, "NA"},   {"SX", 18, -63, "NA"},   {"SY", 35, 38, "AS"},
    {"SZ", -26, 31, "AF"},   {"TC", 22, -72, "NA"},   {"TD", 15, 19, "AF"},    {"TG", 8, 1, "AF"},
    {"TH", 15, 100, "AS"},   {"TJ", 39, 71, "AS"},    {"TK", -9, -172, "OC"},  {"TL", -9, 126, "AS"},
    {"TM", 40, 60, "AS"},    {"TN", 34, 9, "AF"},     {"TO", -20, -175, "OC"}, {"TR", 39, 35, "AS"},
    {"TT", 11, -61, "NA"},   {"TV", -8, 178, "OC"},   {"TW", 24, 121, "AS"},   {"TZ", -6, 35, "AF"},
    {"UA", 49, 32, "EU"},    {"UG", 1, 32, "AF"},     {"US", 38, -97, "NA"},   {"UY", -33, -56, "SA"},
    {"UZ", 41, 64, "AS"},    {"VA", 42, 12, "EU"},    {"VC", 13, -61, "NA"},   {"VE", 8, -66, "SA"},
    {"VG", 18, -64, "NA"},   {"VI", 18, -65, "NA"},   {"VN", 16, 108, "AS"},   {"VU", -16, 167, "OC"},
    {"WF", -13, -176, "OC"}, {"WS", -14, -172, "OC"}, {"XK", 43, 21, "EU"},    {"YE", 15, 48, "AS"},
    {"YT", -13, 45, "AF"},   {"ZA", -29, 24, "AF"},   {"ZM", -15, 30, "AF"},   {"ZW", -20, 30, "AF"},
}};
static_assert(std::ranges::is_sorted(kCountries, {}, &Country::code));

}  // namespace

Place place_of_country(std::string_view code) {
  Place place;
  if (code.size() != 2) return place;
  std::ranges::copy(code, place.country.begin());
  const auto found = std::ranges::lower_bound(kCountries, code, {}, &Country::code);
  if (found == kCountries.end() || found->code != code) return place;
  place.latitude = static_cast<std::int16_t>(found->north * 100);
  place.longitude = static_cast<std::int16_t>(found->east * 100);
  std::ranges::copy(found->continent, place.continent.begin());
  return place;
}

Result<void> put_at(Place& place, std::span<const double> position, const std::string& whose) {
  if (position.empty()) return {};
  if (position.size() != 2 || !(std::abs(position[0]) <= 90) || !(std::abs(position[1]) <= 180))
    return fail(ErrorCode::malformed,
                whose + ": a position is two numbers, degrees north and degrees east, as `position 50.1 8.7`");
  place.latitude = static_cast<std::int16_t>(std::lround(position[0] * 100));
  place.longitude = static_cast<std::int16_t>(std::lround(position[1] * 100));
  return {};
}

}  // namespace harbinger::steer
