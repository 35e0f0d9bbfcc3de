#include "plugins/prefetch/reply_look.h"

#include <algorithm>

namespace harbinger::prefetch {

namespace {

constexpr std::size_t kHeader = 12;
constexpr unsigned kMostRecords = 8;  // a look, not a study: record sets seldom have different TTLs

std::uint32_t u16_at(std::span<const std::uint8_t> wire, std::size_t at) { return wire[at] << 8 | wire[at + 1]; }
std::uint32_t u32_at(std::span<const std::uint8_t> wire, std::size_t at) {
  return u16_at(wire, at) << 16 | u16_at(wire, at + 2);
}

// Behind the name at `at`.
std::size_t behind_name(std::span<const std::uint8_t> wire, std::size_t at) {
  while (at < wire.size() && wire[at] != 0) {
    if (wire[at] >= 0xc0) return at + 2;
    at += wire[at] + std::size_t{1};
  }
  return at + 1;
}

}  // namespace

std::uint32_t ttl_of(std::span<const std::uint8_t> wire) noexcept {
  if (wire.size() < kHeader || u16_at(wire, 4) != 1) return 0;
  const auto answers = u16_at(wire, 6), authorities = u16_at(wire, 8);
  const auto count = answers != 0 ? std::min<unsigned>(answers, kMostRecords) : std::min<unsigned>(authorities, 1);
  auto at = behind_name(wire, kHeader) + 4;
  std::uint32_t least = 0;
  for (unsigned i = 0; i < count; ++i) {
    at = behind_name(wire, at);
    if (at + 10 > wire.size()) break;
    const auto ttl = u32_at(wire, at + 4);
    least = i == 0 ? ttl : std::min(least, ttl);
    at += 10 + u16_at(wire, at + 8);
  }
  return least;
}

}  // namespace harbinger::prefetch
