// Tags that were made of late, so that no query waits for a hash.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include <harbinger/profile_tag.h>

namespace harbinger::vm_provisioning {

/// A tag as queries meet it: what it says, and what tables know it by.
struct KnownTag {
  std::uint64_t key = 0;
  std::array<char, ProfileTag::kLength> text{};
};

/// From a number that stands for a profile at a time to its tag. One that is pushed out is made again. Any thread; no lock, no allocation.
class TagMemo {
 public:
  TagMemo() : slots_(std::make_unique<std::array<Slot, kSlots>>()) {}

  std::optional<KnownTag> find(std::uint64_t code) const noexcept;
  void keep(std::uint64_t code, const KnownTag& tag) noexcept;
  /// Nothing that was kept is found any more.
  void forget() noexcept { era_.fetch_add(1, std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kSlots = 4096, kWords = ProfileTag::kLength / 8;
  // A line of the cache. `version` is odd while it is being written.
  struct alignas(64) Slot {
    std::atomic<std::uint32_t> version{0}, era{0};
    std::atomic<std::uint64_t> code{0}, key{0};
    std::array<std::atomic<std::uint64_t>, kWords> text{};
  };
  Slot& slot_of(std::uint64_t code) const noexcept { return (*slots_)[(code * 0x9e3779b97f4a7c15ULL) >> 52]; }

  std::unique_ptr<std::array<Slot, kSlots>> slots_;
  std::atomic<std::uint32_t> era_{1};
};

}  // namespace harbinger::vm_provisioning
