// Records in journals of our own: numbers as LEB128, texts with their length in front.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "learn/octets.h"

namespace harbinger::learn {

struct RecordWriter {
  std::vector<std::uint8_t> octets{};

  void number(std::uint64_t value) {
    std::uint8_t room[10];
    octets.insert(octets.end(), room, put_number(room, value));
  }
  void text(std::span<const std::uint8_t> value) {
    number(value.size());
    octets.insert(octets.end(), value.begin(), value.end());
  }
  void text(const std::string& value) {
    number(value.size());
    octets.insert(octets.end(), value.begin(), value.end());
  }
};

/// After the first thing that cannot be, nothing is read any more, and `good` is false.
struct RecordReader {
  std::span<const std::uint8_t> rest;
  bool good = true;

  std::uint64_t number(std::uint64_t most = UINT64_MAX) {
    std::uint64_t value = 0;
    good = good && take_number(rest, value) && value <= most;
    return good ? value : 0;
  }
  std::span<const std::uint8_t> octets() {
    const auto size = number(rest.size());
    good = good && size <= rest.size();
    if (!good) return {};
    const auto taken = rest.first(size);
    rest = rest.subspan(size);
    return taken;
  }
  std::string text() {
    const auto taken = octets();
    return {taken.begin(), taken.end()};
  }
  /// Everything was read, and all of it could be.
  bool whole() const { return good && rest.empty(); }
};

}  // namespace harbinger::learn
