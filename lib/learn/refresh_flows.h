// Clients that ask for a record at a fixed interval: devices that report, programs that poll.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "learn/refresh_record.h"

namespace harbinger {

/// The next question of a regular client.
struct Expectation {
  UnixMillis at = 0;
  UnixMillis margin_ms = 0;  ///< it may come that much earlier or later
  double regularity = 0;     ///< how sure that is, from how often it held
};

/// Interval and deviation of each pair of client and record, in a fixed table whose lines forget the pair that was idle longest.
class Flows {
 public:
  explicit Flows(std::size_t pairs);

  /// A question of `client`; what it lets expect, if it is regular.
  std::optional<Expectation> asked(ClientKey client, std::uint64_t record_key, UnixMillis now);
  /// When `client` asked for the record last; 0: not known.
  UnixMillis last(ClientKey client, std::uint64_t record_key) const;
  std::size_t bytes() const { return flows_.capacity() * sizeof(Flow); }

 private:
  static constexpr std::size_t kWays = 3;  // a line of 64 bytes

  struct Flow {
    std::uint32_t tag = 0;
    float gap_ms = 0, deviation_ms = 0;
    std::uint16_t times = 0;  // that the interval held in a row
    UnixMillis last = 0;
  };

  Flow& find(std::uint64_t pair);

  std::vector<Flow> flows_;
  std::size_t lines_;
};

}  // namespace harbinger
