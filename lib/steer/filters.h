// Filters at work: each eliminates or reorders what the one before it left.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "steer/pool.h"
#include "steer/state_table.h"

namespace harbinger::steer {

/// The endpoints that are left, in order. On the stack of whoever chooses.
class Candidates {
 public:
  explicit Candidates(std::span<const EndpointId> members);

  std::span<EndpointId> list() { return {ids_.data(), size_}; }
  std::span<const EndpointId> list() const { return {ids_.data(), size_}; }
  std::size_t size() const { return size_; }
  void truncate(std::size_t size) { size_ = std::min(size_, size); }

  /// Keeps those that `stays` says yes to, in their order; `stays` is asked once for each.
  template <class Stays>
  void keep(const Stays& stays) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i)
      if (stays(ids_[i])) ids_[kept++] = ids_[i];
    size_ = kept;
  }
  /// The same, but where nobody would be left, nobody goes.
  template <class Stays>
  void keep_some(const Stays& stays) {
    const auto before = *this;
    keep(stays);
    if (size_ == 0) *this = before;
  }

 private:
  std::array<EndpointId, Pool::kMostMembers> ids_;
  std::size_t size_ = 0;
};

/// Runs one filter. `order`: whether its order counts; a later filter that draws one for itself leaves nothing of it. No allocation.
void apply(const Filter& filter, const ClientFacts& client, const StateTable& states, bool order,
           Candidates& candidates) noexcept;

/// Why `filter` removed `endpoint` from `before`, for people.
std::string why_removed(const Filter& filter, const ClientFacts& client, const StateTable& states,
                        const Candidates& before, EndpointId endpoint);

/// 0 .. 1, the same every time for a client and an endpoint.
double draw(std::uint64_t client, EndpointId endpoint) noexcept;

}  // namespace harbinger::steer
