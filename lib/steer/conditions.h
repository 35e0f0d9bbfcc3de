// How long the way from clients to endpoints takes at present: learnt from probes, edges and browsers, read through a table.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <harbinger/clock.h>
#include "steer/endpoint.h"

namespace harbinger::steer {

/// Clients that are near each other in the internet, from the narrowest group to the widest; 0: not known. A group that nothing is known of does as
/// the next wider one.
struct ClientGroup {
  std::array<std::uint32_t, 3> keys{};

  /// City and autonomous system, country and autonomous system, country. Without a place, see below.
  static ClientGroup of(const Place& place) noexcept;
  /// Of who has no place: the /24 (IPv4) or /48 (IPv6) that it is in.
  static ClientGroup of(const IpAddress& address) noexcept;
  friend bool operator==(const ClientGroup&, const ClientGroup&) = default;
};

/// What is expected at present. Immutable; any thread.
class ConditionTable {
 public:
  /// One group's line. Reading it takes a cache line or two.
  struct Row {
    const float* expected_ms = nullptr;  ///< by EndpointId; NaN where nothing is known; null: nothing at all
    std::size_t endpoints = 0;

    float ms(EndpointId endpoint) const noexcept {
      return endpoint < endpoints ? expected_ms[endpoint] : std::numeric_limits<float>::quiet_NaN();
    }
  };
  virtual ~ConditionTable() = default;
  /// The narrowest known group's. No lock, no allocation.
  virtual Row row(const ClientGroup& group) const noexcept = 0;
};

/// Learns round-trip times. log RTT = slow base of (group, endpoint) + fast residual that all groups of an endpoint share + fast residual of the
/// cell; a cell that nobody measured for a while goes back to base + shared residual; two surprises of the same sign in a row make it jump.
/// One thread at a time. Bounded: the groups that were not measured for longest make room.
class Conditions {
 public:
  struct Settings {
    std::size_t groups = 16'384;
    std::size_t endpoints = kMostEndpoints;
  };
  /// How it was measured: weights differ.
  enum class Source : std::uint8_t { probe, edge, browser };

  virtual ~Conditions() = default;
  /// A measurement. What is no number, not positive or above 60,000 ms is refused: false.
  virtual bool measured(const ClientGroup& group, EndpointId endpoint, double rtt_ms, Source source,
                        MonotonicTime at) = 0;
  /// Nothing came back in `after_ms`: a lower bound.
  virtual bool lost(const ClientGroup& group, EndpointId endpoint, double after_ms, Source source,
                    MonotonicTime at) = 0;
  /// For who measures out of band: the cells whose measurement would help choosing most, best first.
  struct Wanted {
    ClientGroup group{};
    EndpointId endpoint = kNoEndpoint;
  };
  virtual std::vector<Wanted> wanted(MonotonicTime now, std::size_t most) const = 0;
  virtual std::unique_ptr<const ConditionTable> compile(MonotonicTime now) = 0;

  /// For `why`: the terms of a cell, in ms and factors.
  struct Terms {
    double base_ms = 0, shared_factor = 1, local_factor = 1, expected_ms = 0, age_s = 0;
    std::uint64_t measurements = 0;
    bool known = false;
  };
  virtual Terms explain(const ClientGroup& group, EndpointId endpoint, MonotonicTime now) const = 0;
};

std::unique_ptr<Conditions> make_conditions(Conditions::Settings settings = {});

}  // namespace harbinger::steer
