#include "wire/type_bitmap.h"

#include <algorithm>
#include <array>

namespace harbinger::wire {

Result<void> check_type_bitmap(std::span<const std::uint8_t> bitmap) {
  int last_window = -1;
  while (!bitmap.empty()) {
    if (bitmap.size() < 2) return fail(ErrorCode::truncated, "type bitmap cut short");
    const int window = bitmap[0];
    const std::size_t size = bitmap[1];
    if (window <= last_window) return fail(ErrorCode::malformed, "type bitmap windows not in rising order");
    if (size == 0 || size > 32) return fail(ErrorCode::malformed, "type bitmap window without 1 to 32 octets");
    if (bitmap.size() < 2 + size) return fail(ErrorCode::truncated, "type bitmap cut short");
    if (bitmap[1 + size] == 0) return fail(ErrorCode::malformed, "type bitmap window that ends in a zero octet");
    last_window = window;
    bitmap = bitmap.subspan(2 + size);
  }
  return {};
}

std::vector<RRType> read_type_bitmap(std::span<const std::uint8_t> bitmap) {
  std::vector<RRType> types;
  while (!bitmap.empty()) {
    const unsigned window = bitmap[0];
    const std::size_t size = bitmap[1];
    for (unsigned bit = 0; bit < size * 8; ++bit) {
      if (bitmap[2 + bit / 8] & 0x80 >> bit % 8) types.push_back(static_cast<RRType>(window << 8 | bit));
    }
    bitmap = bitmap.subspan(2 + size);
  }
  return types;
}

void write_type_bitmap(std::vector<RRType> types, std::vector<std::uint8_t>& out) {
  std::ranges::sort(types);
  for (auto type = types.begin(); type != types.end();) {
    const unsigned window = static_cast<unsigned>(*type) >> 8;
    std::array<std::uint8_t, 32> octets{};
    std::size_t size = 0;
    for (; type != types.end() && static_cast<unsigned>(*type) >> 8 == window; ++type) {
      const unsigned bit = static_cast<unsigned>(*type) & 0xff;
      octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] | 0x80 >> bit % 8);
      size = bit / 8 + 1;
    }
    out.push_back(static_cast<std::uint8_t>(window));
    out.push_back(static_cast<std::uint8_t>(size));
    out.insert(out.end(), octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
  }
}

}  // namespace harbinger::wire
