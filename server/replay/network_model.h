// What fetching costs, when a trace does not say it.
#pragma once

#include <cstdint>

namespace harbinger::replay {

/// A fetch takes one round trip and the time for its octets; fetches do not disturb each other.
struct NetworkModel {
  double rtt_ms = 50;
  double bandwidth_mbit = 20;
  std::uint32_t unknown_size = 10'000;  ///< octets, where a trace tells no sizes

  /// In milliseconds. A latency that the trace tells is taken as it is.
  double fetch_ms(std::uint32_t size_bytes, std::uint32_t latency_us) const {
    if (latency_us > 0) return latency_us / 1000.0;
    const double size = size_bytes > 0 ? size_bytes : unknown_size;
    return rtt_ms + size * 8 / (bandwidth_mbit * 1000);
  }
};

}  // namespace harbinger::replay
