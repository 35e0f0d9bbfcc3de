// Measured round-trip times from files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include "steer/steering_world.h"

namespace harbinger::replay {

/// One slice a file, in the order of the files: square matrices of numbers with blanks between, a line for each node. Seconds are known by their size
/// and become ms. Errors: a file that is none, or not as large as the first.
Result<steer::RttSlices> read_rtt_matrices(const std::vector<std::string>& files);
/// One slice of all: a file for each city, called CityPing.csv (`+` for a blank, maybe packed), with lines `"City Country, Continent",...` and the average
/// in ms in the fifth column. Pairs that are in neither file are not measured.
Result<steer::RttSlices> read_city_pings(const std::vector<std::string>& files);

}  // namespace harbinger::replay
