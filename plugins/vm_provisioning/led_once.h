// Who has led of late: so that one client that asks again and again is one lead.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include <harbinger/clock.h>

namespace harbinger::vm_provisioning {

/// Any thread; no lock, no allocation. One client that is pushed out by another may count twice within a minute.
class LedOnce {
 public:
  LedOnce() : slots_(std::make_unique<std::array<std::atomic<std::uint64_t>, kSlots>>()) {}

  /// Whether it is the first time within this minute that this client leads to this pool.
  bool first(std::uint64_t client, std::uint16_t pool, MonotonicTime now) noexcept {
    constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;
    const auto who = (client + pool * kGolden) * kGolden;
    const auto minute = static_cast<std::uint64_t>(now.ns / 60'000'000'000);
    const auto mark = (who & ~0xffffULL) | ((minute + 1) & 0xffff);
    return (*slots_)[who >> 51].exchange(mark, std::memory_order_relaxed) != mark;
  }

 private:
  static constexpr std::size_t kSlots = 8192;
  std::unique_ptr<std::array<std::atomic<std::uint64_t>, kSlots>> slots_;
};

}  // namespace harbinger::vm_provisioning
