// Names out of a message, compression followed, with a bound on the work that a hostile message can cause.
#pragma once

#include <cstdint>
#include <span>

#include <harbinger/name.h>
#include <harbinger/result.h>

namespace harbinger::wire {

/// Reads names of one message. All names together may have so many labels and pointers; an honest message of 64 KiB has
/// less than half of that, a hostile one could make us copy a long name for every fourteen octets (the lesson of
/// CVE-2024-8508).
class NameReader {
 public:
  static constexpr std::size_t kMaxSteps = 256 * 1024;

  enum class Pointers : bool { forbidden, allowed };

  explicit NameReader(std::span<const std::uint8_t> message, Pointers pointers = Pointers::allowed)
      : message_(message), pointers_(pointers) {}

  /// The name at `offset`, of which no octet before a pointer lies at `end` or behind. `offset` is moved behind the
  /// name.
  Result<Name> read(std::size_t& offset, std::size_t end);
  Result<Name> read(std::size_t& offset) { return read(offset, message_.size()); }

  std::span<const std::uint8_t> message() const { return message_; }

 private:
  std::span<const std::uint8_t> message_;
  Pointers pointers_;
  std::size_t steps_left_ = kMaxSteps;
};

}  // namespace harbinger::wire
