// Lines `FIRST,LAST,COUNTRY`, as registries' data is given away.
#include "base/read_file.h"
#include "steer/place_table.h"

namespace harbinger::steer {

namespace {

std::string_view next_field(std::string_view& line) {
  const auto comma = line.find(',');
  const auto field = line.substr(0, comma);
  line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  return field;
}

}  // namespace

Result<PlaceRanges> read_country_ranges(const std::filesystem::path& file) {
  const auto text = read_file(file, "table");
  if (!text) return fail(text.error());
  PlaceRanges ranges;
  std::string_view rest = *text;
  for (int number = 1; !rest.empty(); ++number) {
    auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const auto first = IpAddress::parse(next_field(line)), last = IpAddress::parse(next_field(line));
    const auto country = next_field(line);
    const bool good = first && last && country.size() == 2 && ranges.add(*first, *last, place_of_country(country));
    if (!good)
      return fail(ErrorCode::malformed,
                  "expected FIRST,LAST,COUNTRY, as `192.0.2.0,192.0.2.255,DE`, in ascending order",
                  {file.string(), number, 1});
  }
  if (ranges.size() == 0) return fail(ErrorCode::malformed, "has no line FIRST,LAST,COUNTRY", {file.string(), 0, 0});
  return ranges;
}

}  // namespace harbinger::steer
