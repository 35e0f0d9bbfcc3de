#include "learn/sequence/served_lines.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "learn/sequence/mix.h"

namespace harbinger::sequence {
namespace {

constexpr float kScale = 65535;
constexpr int kTries = 3;
constexpr float kTrusted = 0.5f;              // of a persona that nothing is known of
constexpr float kRemembered = 1 - 1.0f / 64;  // of a gain, with each that follows

std::uint64_t key_of(std::uint64_t current, std::uint64_t previous, PersonaId persona) {
  return mix(current, persona ? std::uint64_t{persona} : previous);
}

std::uint32_t tag_of(std::uint64_t key) { return static_cast<std::uint32_t>(key) | 1; }

std::uint64_t pack(const ServedLines::Entry& entry) {
  const auto part = [](float p) { return static_cast<std::uint64_t>(std::lround(std::clamp(p, 0.0f, 1.0f) * kScale)); };
  return std::uint64_t{entry.id} << 32 | part(entry.next) << 16 | part(entry.soon);
}

}  // namespace

ServedLines::ServedLines(std::size_t lines, const TextTable& texts)
    : mask_(std::bit_ceil(std::max<std::size_t>(lines, 64)) - 1),
      lines_(std::make_unique<Line[]>(mask_ + 1)),
      texts_(&texts) {
  for (auto& gain : gains_) gain = kTrusted;
}

std::size_t ServedLines::find(std::uint64_t current, std::uint64_t previous, PersonaId persona,
                              std::span<Successor> out) const noexcept {
  const TextTable& texts = *texts_.load(std::memory_order_acquire);
  std::size_t size = 0;
  const std::uint64_t second = key_of(current, previous, 0), first = key_of(current, 0, 0);
  __builtin_prefetch(&lines_[(first >> 32) & mask_]);
  if (previous && read(texts, second, out, size) == Found::learnt) return size;
  const std::uint64_t own = key_of(current, 0, persona);
  const auto of_persona = persona ? read(texts, own, out, size) : Found::nothing;
  if (of_persona == Found::learnt && gains_[persona].load(std::memory_order_relaxed) > 0) return size;
  const auto of_place = read(texts, first, out, size);
  if (of_place == Found::suggested && of_persona != Found::nothing) read(texts, own, out, size);
  if (of_place != Found::nothing || of_persona != Found::nothing) return size;
  return persona ? read_favourites(texts, current, persona, out) : 0;
}

// Never the place itself, which many may want but nobody wants next.
std::size_t ServedLines::read_favourites(const TextTable& texts, std::uint64_t current, PersonaId persona,
                                         std::span<Successor> out) const noexcept {
  std::size_t size = 0;
  if (read(texts, key_of(0, 0, persona), out, size) == Found::nothing) return 0;
  const auto found = out.first(size);
  const auto same = std::ranges::find_if(found, [&](const auto& each) { return resource_hash(each.text) == current; });
  if (same == found.end()) return size;
  std::move(same + 1, found.end(), same);
  return size - 1;
}

ServedLines::Found ServedLines::read(const TextTable& texts, std::uint64_t key, std::span<Successor> out,
                                     std::size_t& size) const noexcept {
  for (std::size_t way = 0; way < kWays; ++way) {
    const Line& line = lines_[((key >> 32) & mask_) ^ way];
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const std::uint32_t before = line.version.load(std::memory_order_acquire);
      if (line.tag.load(std::memory_order_relaxed) != tag_of(key)) break;
      std::array<std::uint64_t, kSuccessors> words;
      for (std::size_t at = 0; at < kSuccessors; ++at) words[at] = line.successors[at].load(std::memory_order_relaxed);
      const std::uint32_t in_ms = line.in_ms.load(std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      if (before % 2 != 0 || line.version.load(std::memory_order_relaxed) != before) continue;
      const std::size_t filled = fill(texts, words, in_ms & ~kSuggested, out);
      if (filled == 0) return Found::nothing;
      size = filled;
      return in_ms & kSuggested ? Found::suggested : Found::learnt;
    }
  }
  return Found::nothing;
}

std::size_t ServedLines::fill(const TextTable& texts, const std::array<std::uint64_t, kSuccessors>& words,
                              std::uint32_t in_ms, std::span<Successor> out) noexcept {
  std::size_t size = 0;
  for (const std::uint64_t word : words) {
    if (word == 0 || size == out.size()) break;
    const TextTable::Block* block = texts.published(static_cast<TextId>(word >> 32));
    if (!block) continue;
    out[size++] = {block->text(),
                   static_cast<float>(word >> 16 & 0xffff) / kScale,
                   static_cast<float>(word & 0xffff) / kScale,
                   block->size_bytes.load(std::memory_order_relaxed),
                   in_ms,
                   block->only.load(std::memory_order_relaxed)};
  }
  return size;
}

/// The line of `key`, an empty one, a suggested one, or the one longest unwritten.
ServedLines::Line& ServedLines::line_for(std::uint64_t key) noexcept {
  const std::size_t first = (key >> 32) & mask_;
  Line* room = &lines_[first];
  for (std::size_t way = 0; way < kWays; ++way) {
    Line& line = lines_[first ^ way];
    if (line.tag.load(std::memory_order_relaxed) == tag_of(key)) return line;
    const auto worth = [this](const Line& each) {
      const int kind = each.tag.load(std::memory_order_relaxed) == 0             ? 0
                       : each.in_ms.load(std::memory_order_relaxed) & kSuggested ? 1
                                                                                 : 2;
      return std::pair(kind, each.written.load(std::memory_order_relaxed) - clock_ - 1);
    };
    if (worth(line) < worth(*room)) room = &line;
  }
  return *room;
}

const ServedLines::Line* ServedLines::learnt(std::uint64_t key) const noexcept {
  for (std::size_t way = 0; way < kWays; ++way)
    if (const Line& line = lines_[((key >> 32) & mask_) ^ way];
        line.tag.load(std::memory_order_relaxed) == tag_of(key) &&
        !(line.in_ms.load(std::memory_order_relaxed) & kSuggested))
      return &line;
  return nullptr;
}

bool ServedLines::has(std::uint64_t current, std::uint64_t previous) const noexcept {
  return learnt(key_of(current, previous, 0)) != nullptr;
}

// Only where readers have the choice. A line of a persona that rarely comes by is older than the place's, and of few.
void ServedLines::judge(std::uint64_t current, std::uint64_t previous, PersonaId persona, TextId came) noexcept {
  if (persona == 0 || (previous && has(current, previous))) return;
  const Line *own = learnt(key_of(current, 0, persona)), *place = learnt(key_of(current, 0, 0));
  if (!own || !place) return;
  const auto worth = [came](const Line& line) {
    for (std::size_t at = 0; at < kSuccessors; ++at)
      if (static_cast<TextId>(line.successors[at].load(std::memory_order_relaxed) >> 32) == came)
        return 1 / static_cast<float>(at + 1);
    return 0.0f;
  };
  auto& gain = gains_[persona];
  const float before = gain.load(std::memory_order_relaxed);
  gain.store(before * kRemembered + worth(*own) - worth(*place), std::memory_order_relaxed);
}

bool ServedLines::suggest(std::uint64_t current, PersonaId persona, std::span<const Entry> entries) {
  const std::uint64_t key = key_of(current, 0, persona);
  if (has(current, 0)) return false;
  for (std::size_t way = 0; way < kWays; ++way) {
    Line& line = lines_[((key >> 32) & mask_) ^ way];
    const auto tag = line.tag.load(std::memory_order_relaxed);
    const bool suggested = line.in_ms.load(std::memory_order_relaxed) & kSuggested;
    if (tag == tag_of(key) && !suggested) return false;
    if (tag != 0 && tag != tag_of(key)) continue;
    Kept kept{0, tag_of(key), kSuggested, {}};
    for (std::size_t at = 0; at < std::min(kSuccessors, entries.size()); ++at) kept.successors[at] = pack(entries[at]);
    write(line, kept);
    return true;
  }
  return false;
}

void ServedLines::publish(std::uint64_t current, std::uint64_t previous, PersonaId persona,
                          std::span<const Entry> entries, std::uint32_t in_ms) {
  const std::uint64_t key = key_of(current, previous, persona);
  ++clock_;
  Line& line = line_for(key);
  Kept kept{0, tag_of(key), in_ms, {}};
  for (std::size_t at = 0; at < std::min(kSuccessors, entries.size()); ++at) kept.successors[at] = pack(entries[at]);
  write(line, kept);
}

void ServedLines::write(Line& line, const Kept& kept) {
  const std::uint32_t version = line.version.load(std::memory_order_relaxed);
  line.version.store(version + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  line.tag.store(kept.tag, std::memory_order_relaxed);
  line.in_ms.store(kept.in_ms, std::memory_order_relaxed);
  line.written.store(clock_, std::memory_order_relaxed);
  for (std::size_t at = 0; at < kSuccessors; ++at)
    line.successors[at].store(kept.successors[at], std::memory_order_relaxed);
  line.version.store(version + 2, std::memory_order_release);
}

std::vector<ServedLines::Kept> ServedLines::keep() const {
  std::vector<Kept> all;
  for (std::size_t at = 0; at <= mask_; ++at) {
    const Line& line = lines_[at];
    if (line.tag.load(std::memory_order_relaxed) == 0) continue;
    Kept kept{at, line.tag.load(std::memory_order_relaxed), line.in_ms.load(std::memory_order_relaxed), {}};
    for (std::size_t i = 0; i < kSuccessors; ++i)
      kept.successors[i] = line.successors[i].load(std::memory_order_relaxed);
    all.push_back(kept);
  }
  return all;
}

// All empty before the texts change, so that no line is read with the wrong ones.
void ServedLines::restart(const TextTable& texts, std::span<const Kept> kept) {
  for (std::size_t at = 0; at <= mask_; ++at) write(lines_[at], {});
  texts_.store(&texts, std::memory_order_release);
  for (const Kept& each : kept)
    if (each.place <= mask_) write(lines_[each.place], each);
}

}  // namespace harbinger::sequence
