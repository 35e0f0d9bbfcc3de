// Octets in big and small pieces: network byte order, and letters without case eight at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace harbinger::wire {

inline std::uint16_t load_u16(const std::uint8_t* from) { return static_cast<std::uint16_t>(from[0] << 8 | from[1]); }

inline std::uint32_t load_u32(const std::uint8_t* from) {
  return std::uint32_t{from[0]} << 24 | std::uint32_t{from[1]} << 16 | std::uint32_t{from[2]} << 8 | from[3];
}

inline void store_u16(std::uint8_t* to, std::uint16_t value) {
  to[0] = static_cast<std::uint8_t>(value >> 8);
  to[1] = static_cast<std::uint8_t>(value);
}

inline void store_u32(std::uint8_t* to, std::uint32_t value) {
  store_u16(to, static_cast<std::uint16_t>(value >> 16));
  store_u16(to + 2, static_cast<std::uint16_t>(value));
}

template <class Word>
Word load_native(const std::uint8_t* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// 0..7 octets in one word, in an order that depends on `size` alone. Reads nothing else.
inline std::uint64_t load_short(const std::uint8_t* from, std::size_t size) {
  if (size >= 4)
    return load_native<std::uint32_t>(from) | std::uint64_t{load_native<std::uint32_t>(from + size - 4)} << 32;
  if (size >= 2)
    return load_native<std::uint16_t>(from) | std::uint64_t{load_native<std::uint16_t>(from + size - 2)} << 32;
  return size == 1 ? from[0] : 0;
}

/// Eight octets with A-Z turned to a-z.
inline std::uint64_t lower_word(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x80 * kOnes;
  const std::uint64_t low_bits = word & ~kHigh;
  const std::uint64_t from_a = low_bits + (0x80 - 'A') * kOnes;       // high bit where the octet is at least 'A'
  const std::uint64_t above_z = low_bits + (0x80 - 'Z' - 1) * kOnes;  // high bit where it is beyond 'Z'
  const std::uint64_t upper = from_a & ~above_z & ~word & kHigh;
  return word | upper >> 2;
}

inline std::uint8_t lower(std::uint8_t octet) { return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet; }

/// Equality of `size` octets, A-Z taken as a-z.
inline bool equal_without_case(const std::uint8_t* a, const std::uint8_t* b, std::size_t size) {
  for (; size >= 8; size -= 8, a += 8, b += 8) {
    if (lower_word(load_native<std::uint64_t>(a)) != lower_word(load_native<std::uint64_t>(b))) return false;
  }
  return lower_word(load_short(a, size)) == lower_word(load_short(b, size));
}

}  // namespace harbinger::wire
