// Which of the tables that engines share this one has.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learn/octets.h"

namespace harbinger::persona {

/// Unix milliseconds of when they were made; 0: of nobody else's, and never shared.
struct TableVersions {
  std::uint64_t clusters = 0, network = 0;

  std::vector<std::uint8_t> save() const {
    std::vector<std::uint8_t> octets(16);
    learn::put_word(learn::put_word(octets.data(), clusters), network);
    return octets;
  }
  /// False, with nothing changed, for what was not saved so.
  bool load(std::span<const std::uint8_t> octets) {
    if (octets.size() != 16) return false;
    clusters = learn::get_word(octets.data());
    network = learn::get_word(octets.data() + 8);
    return true;
  }
};

}  // namespace harbinger::persona
