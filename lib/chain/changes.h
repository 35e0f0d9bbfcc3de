// When names changed last: how kept answers notice that they became wrong.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include <harbinger/name.h>

namespace harbinger {

/// A table of stamps that names hash to; two names that share a slot only cost each other a recomputation. Readers take no lock.
class Changes {
 public:
  static constexpr std::size_t kSlots = 8192;

  static std::uint32_t slot_of_chain(std::uint32_t chain);
  static std::uint32_t slot_of(std::uint32_t chain, const Name& name);
  /// As above, from the name's octets in lower case.
  static std::uint32_t slot_of(std::uint32_t chain, std::span<const std::uint8_t> lowercase_wire);

  /// The stamp of everything that is computed from now on.
  std::uint64_t now() const { return latest_.load(std::memory_order_acquire); }

  /// Whatever rests on `slot` and was computed before this call is wrong from now on. Change the state first.
  void mark(std::uint32_t slot);

  /// True when `slot` was marked after `stamp`.
  bool marked_since(std::uint32_t slot, std::uint64_t stamp) const {
    return slots_[slot].load(std::memory_order_relaxed) > stamp;
  }

 private:
  std::mutex marking_;
  std::atomic<std::uint64_t> latest_{0};
  std::array<std::atomic<std::uint64_t>, kSlots> slots_{};
};

}  // namespace harbinger
