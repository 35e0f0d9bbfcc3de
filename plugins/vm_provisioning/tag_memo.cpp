#include "plugins/vm_provisioning/tag_memo.h"

#include <bit>

namespace harbinger::vm_provisioning {

namespace {

using Words = std::array<std::uint64_t, ProfileTag::kLength / 8>;
constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

std::optional<KnownTag> TagMemo::find(std::uint64_t code) const noexcept {
  const auto& slot = slot_of(code);
  const auto version = slot.version.load(std::memory_order_acquire);
  if ((version & 1U) != 0 || slot.code.load(kRelaxed) != code || slot.era.load(kRelaxed) != era_.load(kRelaxed))
    return std::nullopt;
  KnownTag tag{.key = slot.key.load(kRelaxed)};
  Words words;
  for (std::size_t i = 0; i < kWords; ++i) words[i] = slot.text[i].load(kRelaxed);
  tag.text = std::bit_cast<decltype(tag.text)>(words);
  std::atomic_thread_fence(std::memory_order_acquire);
  if (slot.version.load(kRelaxed) != version || tag.key == 0) return std::nullopt;
  return tag;
}

// Who comes while another writes leaves it at that.
void TagMemo::keep(std::uint64_t code, const KnownTag& tag) noexcept {
  auto& slot = slot_of(code);
  auto version = slot.version.load(kRelaxed);
  if ((version & 1U) != 0 || !slot.version.compare_exchange_strong(version, version + 1, std::memory_order_acquire))
    return;
  std::atomic_thread_fence(std::memory_order_release);
  slot.code.store(code, kRelaxed);
  slot.key.store(tag.key, kRelaxed);
  slot.era.store(era_.load(kRelaxed), kRelaxed);
  const auto words = std::bit_cast<Words>(tag.text);
  for (std::size_t i = 0; i < kWords; ++i) slot.text[i].store(words[i], kRelaxed);
  slot.version.store(version + 2, std::memory_order_release);
}

}  // namespace harbinger::vm_provisioning
