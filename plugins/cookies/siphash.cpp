#include "plugins/cookies/siphash.h"

#include <bit>

namespace harbinger::cookies {
namespace {

std::uint64_t load_lowest_first(const std::uint8_t* from, std::size_t size) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i) word |= std::uint64_t{from[i]} << (8 * i);
  return word;
}

struct State {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    round(), round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t siphash(const std::array<std::uint8_t, 16>& key, std::span<const std::uint8_t> data) noexcept {
  const auto k0 = load_lowest_first(key.data(), 8), k1 = load_lowest_first(key.data() + 8, 8);
  State state{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573};

  const auto last = std::uint64_t{data.size() & 0xff} << 56;
  for (; data.size() >= 8; data = data.subspan(8)) state.take(load_lowest_first(data.data(), 8));
  state.take(last | load_lowest_first(data.data(), data.size()));

  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace harbinger::cookies
