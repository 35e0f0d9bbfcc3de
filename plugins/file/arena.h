// Memory for a zone: pieces handed out one after the other, found again by 32-bit references, freed all at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

namespace harbinger::file {

/// A place in an arena, in units of four octets; 0 is none. Half as large as a pointer, which is what matters in a
/// zone.
using Ref = std::uint32_t;

/// At most 16 GiB. Not thread-safe while it grows; immutable reading is.
class Arena {
 public:
  static constexpr std::size_t kChunk = 256 << 10;

  /// Aligned to four octets. `size` at most kChunk. Throws std::length_error when full.
  Ref allocate(std::size_t size) {
    std::size_t units = (size + 3) / 4;
    if (chunks_.empty() || used_ + units > kUnits) add_chunk();
    Ref ref = static_cast<Ref>((chunks_.size() - 1) * kUnits + used_);
    used_ += units;
    return ref;
  }

  std::uint8_t* at(Ref ref) { return chunks_[ref / kUnits].get() + std::size_t{ref % kUnits} * 4; }
  const std::uint8_t* at(Ref ref) const { return chunks_[ref / kUnits].get() + std::size_t{ref % kUnits} * 4; }

  std::size_t memory() const { return chunks_.size() * kChunk; }

 private:
  static constexpr std::size_t kUnits = kChunk / 4;

  void add_chunk() {
    if (chunks_.size() == (std::size_t{1} << 32) / kUnits) throw std::length_error("zone larger than 16 GiB");
    chunks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(kChunk));
    used_ = chunks_.size() == 1 ? 1 : 0;  // reference 0 stays free
  }

  std::vector<std::unique_ptr<std::uint8_t[]>> chunks_;
  std::size_t used_ = 0;
};

}  // namespace harbinger::file
