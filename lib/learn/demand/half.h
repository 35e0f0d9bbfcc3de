// Numbers in two octets: the upper half of a float, which has its range and 8 bits of precision.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace harbinger::demand {

class Half {
 public:
  Half() = default;
  Half(float value)  // NOLINT(google-explicit-constructor): is a float that takes less room
      : bits_(static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(value) + 0x7fffu) >> 16)) {}
  /// Rounded up or down by chance, so that small moves add up: `noise` is uniform over its range.
  static Half by_chance(float value, std::uint16_t noise) {
    Half half;
    half.bits_ = static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(value) + noise) >> 16);
    return half;
  }
  operator float() const {  // NOLINT(google-explicit-constructor)
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16);
  }

 private:
  std::uint16_t bits_ = 0;
};

/// Uniform over its range, and the same for the same numbers.
constexpr std::uint16_t noise_of(std::uint32_t a, std::uint32_t b) {
  std::uint32_t mixed = (a * 0x9e3779b1u) ^ (b * 0x85ebca77u);
  mixed ^= mixed >> 15;
  return static_cast<std::uint16_t>((mixed * 0x2c1b3c6du) >> 16);
}

/// A count of 0 and above in one octet, within 5 %.
class Coarse {
 public:
  Coarse() = default;
  explicit Coarse(float value)
      : code_(value < kLeast ? std::uint8_t{0}
                             : static_cast<std::uint8_t>(std::fmin(255.0f, 1 + std::log2(value / kLeast) * kSteps))) {}
  float value() const { return values()[code_]; }

 private:
  static constexpr float kLeast = 1.0f / 128, kSteps = 7;
  static const std::array<float, 256>& values() {
    static const auto all = [] {
      std::array<float, 256> made{};
      for (std::size_t code = 1; code < made.size(); ++code)
        made[code] = kLeast * std::exp2((static_cast<float>(code) - 0.5f) / kSteps);
      return made;
    }();
    return all;
  }
  std::uint8_t code_ = 0;
};

}  // namespace harbinger::demand
