// The TSIG record at the end of a message (RFC 8945 sec. 4.2).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <harbinger/tsig.h>

namespace harbinger::wire {

struct TsigRecord {
  Name key;
  Name algorithm;
  TsigTime time = 0;  ///< 48 bits
  std::uint16_t fudge = 0;
  std::vector<std::uint8_t> mac{};
  std::uint16_t original_id = 0;
  std::uint16_t error = 0;
  std::vector<std::uint8_t> other{};

  std::size_t offset = 0;  ///< where it begins in the message it was read from

  /// The record at the end of a message; null when there is none. Malformed: counts that do not fit, TSIG anywhere else or twice, a class other than ANY, a
  /// TTL other than 0, fields that do not fill it.
  static Result<std::unique_ptr<TsigRecord>> find(std::span<const std::uint8_t> message);

  std::size_t size() const;
  /// Appends it to the message at the front of `buffer`, counts it there and returns the new size. `too_large` when it does not fit.
  Result<std::size_t> append(std::span<std::uint8_t> buffer, std::size_t message_size) const;
};

/// The name that stands for an algorithm on the wire.
const Name& name_of(TsigAlgorithm algorithm);

}  // namespace harbinger::wire
