// Keys of contexts: numbers mixed so that no two kinds of context share one.
#pragma once

#include <cstdint>

namespace harbinger::sequence {

/// A well spread number of two (the finisher of splitmix64; Steele, Lea and Flood, 2014).
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t x = a * 0x9e3779b97f4a7c15u ^ (b + 0x7f4a7c15u) * 0xc2b2ae3d27d4eb4fu;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace harbinger::sequence
