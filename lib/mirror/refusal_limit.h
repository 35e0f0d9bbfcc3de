// Refused attempts cost whoever makes them nothing; so not each of them has a line in a log.
#pragma once

#include <cstdint>
#include <optional>

#include <harbinger/clock.h>

namespace harbinger::mirror {

/// One thread at a time.
class RefusalLimit {
 public:
  static constexpr std::uint64_t kMostInMinute = 60;

  /// How many attempts were held back since the last one that was not; nullopt: this one is.
  std::optional<std::uint64_t> let_through(MonotonicTime now) {
    if (!begin_ || now - *begin_ >= std::chrono::minutes(1)) {
      begin_ = now;
      through_ = 0;
    }
    if (through_ >= kMostInMinute) {
      ++held_back_;
      return std::nullopt;
    }
    ++through_;
    const auto held = held_back_;
    held_back_ = 0;
    return held;
  }

 private:
  std::optional<MonotonicTime> begin_;
  std::uint64_t through_ = 0, held_back_ = 0;
};

}  // namespace harbinger::mirror
