// Pools and filter chains: which of several endpoints a client is sent to, and why.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <harbinger/persona_id.h>
#include <harbinger/place.h>
#include <harbinger/result.h>
#include "steer/conditions.h"
#include "steer/endpoint.h"

namespace harbinger::steer {

/// What a choice is made for. All of it is known without waiting.
struct ClientFacts {
  Place place{};
  ClientGroup group{};
  PersonaId persona = 0;
  std::uint64_t hash = 0;  ///< the same for a client every time; for `weighted` and `sticky`

  friend bool operator==(const ClientFacts&, const ClientFacts&) = default;
};

/// The endpoints that a client is given, best first, and small enough to be a fact: answers are kept by it.
struct Choice {
  static constexpr std::size_t kMost = 6;
  std::uint16_t pool = 0;  ///< Pool::number; 0: none
  std::uint8_t size = 0;
  std::uint8_t backup : 1 = 0;  ///< 1: no endpoint was left, and these are what `backup` says
  std::uint8_t unrest : 7 = 0;  ///< 0: nothing changed of late; 1: some endpoint did; 2: again and again
  std::array<EndpointId, kMost> endpoints{};

  std::span<const EndpointId> list() const { return {endpoints.data(), size}; }
  friend bool operator==(const Choice&, const Choice&) = default;
};
static_assert(sizeof(Choice) == 16);

/// One filter, in the order of the configuration: each eliminates endpoints or reorders them by a fact of theirs. One without the fact stays in.
struct Filter {
  enum class Kind : std::uint8_t {
    up,         ///< eliminates those that are down
    shed_load,  ///< above `low` a growing share of clients is turned away, above `high` all; the least loaded stays
    persona,  ///< eliminates those that are for other personas, then those that are not where this one prefers it; where
              ///< nobody would be left, nobody goes
    geo,      ///< nearest first; those further than `within_km` beyond the nearest are eliminated (0: only order)
    latency,   ///< fastest first; those slower than the fastest x (1 + `slack`) are eliminated (0: only order)
    cost,      ///< cheapest first; `slack` as above
    weighted,  ///< one is drawn first by weight, the same for a client while weights stay
    sticky,    ///< rendezvous hashing with bounded load: a client keeps its endpoint while it is there and not overfull
    select_first,  ///< leaves the first `count`
  };
  Kind kind{};
  double low = 0.7, high = 0.9;
  double within_km = 0;
  double slack = 0;
  double bound = 1.25;  ///< `sticky`: at most so much of the mean load
  std::size_t count = 1;

  friend bool operator==(const Filter&, const Filter&) = default;
};
std::string_view to_string(Filter::Kind kind);

/// What is answered when no endpoint is left.
enum class Backup : std::uint8_t { random, all, empty };

struct PoolSettings {
  std::string name{};
  std::vector<std::string> endpoints{};  ///< by name; may be defined later
  std::vector<std::string> clusters{};   ///< with every endpoint of these, as they come and go
  /// Where one of them orders endpoints and none selects, the first alone is given: a resolver does not keep the order of addresses.
  std::vector<Filter> filters{};
  Backup backup = Backup::all;
};

/// What all pools read at a query: states of endpoints and what is expected of ways to them. Immutable, published by SteeringService.
class StateTable;

/// Finds contradictions: two filters of a kind, filters behind `select_first`, `low` above `high`, numbers that are none, ...; each told with what
/// would be right.
Result<void> check_pool(const PoolSettings& settings);

/// A pool as a query uses it; made by SteeringService::make_pool. Immutable: its members are in the StateTable. Any thread; no lock, no allocation.
class Pool {
 public:
  static constexpr std::size_t kMostMembers = 64;  ///< those beyond are not considered

  virtual ~Pool() = default;

  virtual const PoolSettings& settings() const = 0;
  /// Never 0; no other pool of the process has it meanwhile.
  virtual std::uint16_t number() const = 0;
  virtual Choice choose(const ClientFacts& client, const StateTable& states) const noexcept = 0;

  /// The same, told step by step. Allocates.
  struct Step {
    Filter::Kind filter{};
    struct Removed {
      EndpointId endpoint = kNoEndpoint;
      std::string why;
    };
    std::vector<Removed> removed;
    std::vector<EndpointId> left;  ///< in the order that they have behind this filter
  };
  struct Explanation {
    std::vector<EndpointId> members;
    std::vector<Step> steps;
    Choice choice{};
  };
  virtual Explanation explain(const ClientFacts& client, const StateTable& states) const = 0;
};

}  // namespace harbinger::steer
