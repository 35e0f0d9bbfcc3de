// 16-bit floats (IEEE 754 binary16) in plain integers: the compiler's own conversions are calls on processors without them.
#pragma once

#include <bit>
#include <cstdint>

namespace harbinger::persona {

/// Nearest; what is too large becomes infinite, NaN stays NaN.
inline std::uint16_t to_half(float value) noexcept {
  constexpr std::uint32_t kInfinite = 31u << 23, kSubnormal = 113u << 23, kMagic = ((127u - 15) + (23 - 10) + 1) << 23;
  auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits & 0x80000000u;
  bits ^= sign;
  std::uint32_t half;
  if (bits >= kInfinite + (112u << 23)) {
    half = bits > 0x7f800000u ? 0x7e00 : 0x7c00;
  } else if (bits < kSubnormal) {
    // Adding aligns the ten bits at the lower end; the addition itself rounds.
    half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(bits) + std::bit_cast<float>(kMagic)) - kMagic;
  } else {
    half = (bits - (112u << 23) + 0xfff + ((bits >> 13) & 1)) >> 13;
  }
  return static_cast<std::uint16_t>(half | sign >> 16);
}

inline float from_half(std::uint16_t half) noexcept {
  const std::uint32_t sign = (half & 0x8000u) << 16, rest = half & 0x7fffu;
  if (rest >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000u | (rest & 0x3ff) << 13);
  // The exponents differ by 112; multiplying also makes subnormal ones right.
  return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(std::bit_cast<float>(rest << 13) * 0x1p112F));
}

}  // namespace harbinger::persona
