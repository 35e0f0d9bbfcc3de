// Numbers as octets in files of our own: fixed ones with the lowest octet first, others as LEB128.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace harbinger::learn {

template <class Number>
std::uint8_t* put_fixed(std::uint8_t* to, Number value) {
  if constexpr (std::endian::native == std::endian::big) value = std::byteswap(value);
  std::memcpy(to, &value, sizeof value);
  return to + sizeof value;
}

template <class Number>
Number get_fixed(const std::uint8_t* from) {
  Number value;
  std::memcpy(&value, from, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = std::byteswap(value);
  return value;
}

inline std::uint8_t* put_word(std::uint8_t* to, std::uint64_t value) { return put_fixed(to, value); }
inline std::uint64_t get_word(const std::uint8_t* from) { return get_fixed<std::uint64_t>(from); }

/// At most ten octets, seven bits in each, the lowest first.
inline std::uint8_t* put_number(std::uint8_t* to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<std::uint8_t>(value | 0x80);
  *to++ = static_cast<std::uint8_t>(value);
  return to;
}

/// False where the octets end early or hold more than 64 bits; then `rest` is anywhere.
inline bool take_number(std::span<const std::uint8_t>& rest, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
    const std::uint8_t octet = rest[0];
    rest = rest.subspan(1);
    if (shift == 63 && octet > 1) return false;
    value |= std::uint64_t{octet & 0x7fu} << shift;
    if (octet < 0x80) return true;
  }
  return false;
}

/// Small numbers of either sign become small numbers.
inline std::uint64_t zigzag(std::uint64_t value) { return value << 1 ^ (0 - (value >> 63)); }
inline std::uint64_t unzigzag(std::uint64_t value) { return value >> 1 ^ (0 - (value & 1)); }

}  // namespace harbinger::learn
