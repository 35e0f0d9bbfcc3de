#include "edge/rendezvous.h"

#include <cmath>

namespace harbinger::edge {

namespace {

// splitmix64's finisher (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
std::uint64_t mixed(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

double rendezvous_score(std::uint64_t resource, std::uint64_t holder, double weight) noexcept {
  const auto hash = mixed(resource + mixed(holder) + 0x9e3779b97f4a7c15u);
  // Between 0 and 1, and neither of them.
  const double draw = (static_cast<double>(hash >> 12) + 0.5) * 0x1p-52;
  return weight / -std::log(draw);
}

}  // namespace harbinger::edge
