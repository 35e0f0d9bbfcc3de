// Who of several holds a resource: rendezvous hashing by weight.
#pragma once

#include <cstdint>

namespace harbinger::edge {

/// The place of a holder in the order for a resource: the highest comes first. Each is first for a share of all resources in proportion to its weight, and when
/// one comes or goes, only its own resources move (Thaler and Ravishankar, 1998; weights after Schindelhauer and Schomaker, 2005). Weight above 0.
double rendezvous_score(std::uint64_t resource, std::uint64_t holder, double weight) noexcept;

}  // namespace harbinger::edge
