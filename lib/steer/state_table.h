// What choices are made from: endpoints as filters see them, who is in which pool, and what is expected of ways.
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <harbinger/persona.h>
#include <harbinger/persona_id.h>
#include "steer/conditions.h"
#include "steer/endpoint_book.h"
#include "steer/pool.h"

namespace harbinger::steer {

/// A direction from the middle of the earth: distances are compared without an arc sine.
struct Direction {
  float x = 0, y = 0, z = 0;  ///< all 0: no position

  static Direction of(const Place& place) noexcept;
  bool known() const noexcept { return x != 0 || y != 0 || z != 0; }
};

/// Immutable once it is published. Any thread; what is read here is one line an endpoint.
class StateTable {
 public:
  /// An endpoint in numbers. NaN: the fact is not known.
  struct Line {
    std::bitset<256> personas{};   ///< that it is for, by PersonaId
    std::bitset<256> preferred{};  ///< personas that prefer the location that it is in
    Direction direction{};
    float load = std::numeric_limits<float>::quiet_NaN();
    float cost = std::numeric_limits<float>::quiet_NaN();
    float weight = 1;
    bool defined = false, up = true, for_all = true;
  };

  StateTable(const std::vector<EndpointBook::Entry>& entries, std::span<const std::shared_ptr<const Pool>> pools,
             std::shared_ptr<const ConditionTable> conditions, std::span<const PersonaProfile> personas);

  /// No other table of the process has it, before or after.
  std::uint64_t version() const noexcept { return version_; }
  const Line& line(EndpointId endpoint) const noexcept { return endpoint < lines_.size() ? lines_[endpoint] : kNobody; }
  /// Of a pool, by Pool::number; defined endpoints only, at most Pool::kMostMembers, in the order of the configuration.
  std::span<const EndpointId> members(std::uint16_t pool) const noexcept {
    if (pool >= members_.size()) return {};
    return members_[pool];
  }
  /// As Choice::unrest, of all its members.
  std::uint8_t unrest(std::uint16_t pool) const noexcept { return pool < unrest_.size() ? unrest_[pool] : 0; }
  ConditionTable::Row ways(const ClientGroup& group) const noexcept {
    return conditions_ ? conditions_->row(group) : ConditionTable::Row{};
  }
  /// For `why`, and for answers on a miss; null when it is not defined (any more).
  const Endpoint* endpoint(EndpointId id) const noexcept {
    return id < endpoints_.size() && line(id).defined ? &endpoints_[id] : nullptr;
  }

 private:
  static const Line kNobody;
  std::vector<EndpointId> members_of(const PoolSettings& pool) const;

  const std::uint64_t version_;
  std::vector<Line> lines_;
  std::vector<Endpoint> endpoints_;
  std::vector<std::vector<EndpointId>> members_;
  std::vector<std::uint8_t> unrest_;
  std::shared_ptr<const ConditionTable> conditions_;
};

}  // namespace harbinger::steer
