// What clients of several clusters want, as placement is judged on it: from traces, and a flash crowd of our own making.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include "server/replay/trace.h"

namespace harbinger::replay {

/// One request. Resources and clusters are numbers from 0.
struct Want {
  std::int64_t at = 0;  ///< milliseconds
  std::uint32_t resource = 0;
  std::uint16_t cluster = 0;
};

struct PlacementFeed {
  std::string name;
  std::vector<Want> wants{};           ///< in the order of time
  std::vector<std::uint32_t> bytes{};  ///< of each resource
  std::vector<bool> flash{};           ///< of each resource, whether it is a flash crowd's; empty: there is none
  std::uint16_t clusters = 4;
};

/// A trace with sizes; each client belongs to a cluster by chance, clusters are of different sizes. A resource has the mean of its sizes.
PlacementFeed feed_of_clients(const Trace& trace);

/// A file of keys, each an integer in octets (`keys-i32le`, `keys-i64be`); sorted into clusters of different sizes by chance, each key
/// liking some clusters more than others. Keys are told without times and sizes: spread over four days evenly, and sizes are made up (log-normal, median 16 kB).
Result<PlacementFeed> read_keys(const std::string& path, const std::string& format);

/// Eight hours of 5,000 resources by Zipf's law, and sixteen things nobody wanted before that become popular within minutes, first in one cluster.
PlacementFeed flash_crowd(std::uint64_t seed);

}  // namespace harbinger::replay
