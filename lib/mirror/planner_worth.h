// What a resource's demand in a cluster is worth: how often it is wanted, as far as that can be believed, and what a mirror brings for its octets.
#pragma once

#include <chrono>
#include <cstdint>

#include "mirror/planner.h"

namespace harbinger::mirror {

/// Octets that a resource of unknown size is taken to have.
inline constexpr std::uint64_t kUnknownBytes = 1ull << 20;
/// More requests a minute than this are nobody's forecast.
inline constexpr double kMostRequests = 6e7;

inline std::uint64_t bytes_of(std::uint64_t told) { return told == 0 ? kUnknownBytes : told; }

/// Requests a minute to be ready for. In a burst the high forecast, but no more than four times of what came; what cannot be believed (not a number,
/// negative, more than kMostRequests) counts as not said.
double wanted_of(const Demand& demand);
/// Requests a minute that came of late; 0 when that cannot be believed.
double came_of(const Demand& demand);
/// Octets served by the last of `mirrors` for each octet pushed to it, when `wanted` a minute go on for the horizon and all mirrors serve alike.
double benefit_of(double wanted, std::size_t mirrors, std::chrono::seconds horizon);

}  // namespace harbinger::mirror
