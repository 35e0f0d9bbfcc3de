// Databases in MaxMind's format for tests: a tree of networks, each with a map of what is known.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <harbinger/address.h>

namespace harbinger::test {

/// As far as geoip reads it; empty and 0: left out.
struct MaxmindRecord {
  std::string country{}, continent{};
  double north = 0, east = 0;
  bool has_position = false;
  std::uint32_t city = 0, network = 0;
};

/// The octets of a database. `ip_version` 6 has IPv4 nets below ::/96. Nets may not hold each other.
std::string maxmind_database(const std::vector<std::pair<std::string, MaxmindRecord>>& nets, int ip_version);

}  // namespace harbinger::test
