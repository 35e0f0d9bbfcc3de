// Serial numbers go round (RFC 1982).
#pragma once

#include <cstdint>

namespace harbinger::file {

/// Whether `a` is later than `b` (sec. 3.2). Of two that are half the circle apart neither is.
inline bool later_serial(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t ahead = a - b;
  return ahead != 0 && ahead < std::uint32_t{1} << 31;
}

}  // namespace harbinger::file
