// Whether a client goes on: what the learning thread expects of a client at its next fragment, read on the query path.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <memory>

#include <harbinger/access.h>

namespace harbinger {

/// A fixed table of single words, of which a later client may take an earlier one's. One writer; any thread reads, without lock or allocation.
class Appetites {
 public:
  /// `client`, once it wants the fragment of hash `at`, wants the one behind it with `probability`.
  void expect(ClientKey client, std::uint64_t at, double probability) noexcept {
    const auto key = key_of(client, at);
    const auto part = static_cast<std::uint64_t>(std::lround(std::clamp(probability, 0.0, 1.0) * kScale));
    slot_of(key).store((key & ~kScaleMask) | part, std::memory_order_relaxed);
  }
  /// The probability that `client` goes on behind `at`; 1 where nothing speaks against it.
  float after(ClientKey client, std::uint64_t at) const noexcept {
    const auto key = key_of(client, at);
    const auto word = slot_of(key).load(std::memory_order_relaxed);
    return (word & ~kScaleMask) == (key & ~kScaleMask) ? static_cast<float>(word & kScaleMask) / kScale : 1;
  }

 private:
  static constexpr std::size_t kSlots = 16'384;
  static constexpr std::uint64_t kScaleMask = 0xffff;
  static constexpr float kScale = 65535;

  using Slot = std::atomic<std::uint64_t>;

  // Murmur's finaliser: both halves of the key depend on every bit of the two.
  static std::uint64_t key_of(ClientKey client, std::uint64_t at) noexcept {
    std::uint64_t key = client ^ (at * 0x9e3779b97f4a7c15);
    key = (key ^ key >> 33) * 0xff51afd7ed558ccd;
    return key ^ key >> 33;
  }
  Slot& slot_of(std::uint64_t key) const noexcept { return (*slots_)[key >> 50]; }

  const std::unique_ptr<std::array<Slot, kSlots>> slots_ = std::make_unique<std::array<Slot, kSlots>>();
};

}  // namespace harbinger
