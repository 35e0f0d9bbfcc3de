// SipHash-2-4: a hash that nobody without its key can predict, forge or search backwards; for short inputs.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace harbinger {

/// The two words of a key; in octets, each word with its lowest octet first.
using SipKey = std::array<std::uint64_t, 2>;

namespace siphash_detail {

// All words of the algorithm are little-endian.
inline std::uint64_t load_word(const std::uint8_t* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return std::endian::native == std::endian::little ? word : std::byteswap(word);
}

class State {
 public:
  explicit State(const SipKey& key)
      : a_(key[0] ^ 0x736f6d6570736575),
        b_(key[1] ^ 0x646f72616e646f6d),
        c_(key[0] ^ 0x6c7967656e657261),
        d_(key[1] ^ 0x7465646279746573) {}

  void take(std::uint64_t word) {
    d_ ^= word;
    round();
    round();
    a_ ^= word;
  }
  std::uint64_t finish() {
    c_ ^= 0xff;
    for (int i = 0; i < 4; ++i) round();
    return a_ ^ b_ ^ c_ ^ d_;
  }

 private:
  void round() {
    a_ += b_;
    c_ += d_;
    b_ = std::rotl(b_, 13) ^ a_;
    d_ = std::rotl(d_, 16) ^ c_;
    a_ = std::rotl(a_, 32);
    c_ += b_;
    a_ += d_;
    b_ = std::rotl(b_, 17) ^ c_;
    d_ = std::rotl(d_, 21) ^ a_;
    c_ = std::rotl(c_, 32);
  }

  std::uint64_t a_, b_, c_, d_;
};

}  // namespace siphash_detail

/// J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF" (2012). Neither locks nor allocates.
inline std::uint64_t siphash24(const SipKey& key, std::span<const std::uint8_t> data) noexcept {
  siphash_detail::State state(key);
  std::size_t at = 0;
  for (; data.size() - at >= 8; at += 8) state.take(siphash_detail::load_word(data.data() + at));
  // What is left, and the length modulo 256 above it.
  std::uint64_t last = std::uint64_t{data.size()} << 56;
  for (int shift = 0; at < data.size(); ++at, shift += 8) last |= std::uint64_t{data[at]} << shift;
  state.take(last);
  return state.finish();
}

/// A key of 16 octets.
inline SipKey sip_key(std::span<const std::uint8_t, 16> octets) noexcept {
  return {siphash_detail::load_word(octets.data()), siphash_detail::load_word(octets.data() + 8)};
}

}  // namespace harbinger
