// What workers read: one cache line for each context, with its best successors.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <harbinger/sequence_model.h>

#include "learn/sequence/text_table.h"

namespace harbinger::sequence {

/// Who may hear of a successor is not in the line but with its text, so that it is true of all lines at once.
/// Lines are guarded by sequence numbers (a seqlock; Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?", 2012): the one
/// writer never waits, a reader that meets it takes the line as absent after a few tries.
class ServedLines final : public ServedTable {
 public:
  static constexpr std::size_t kSuccessors = 6;
  struct Entry {
    TextId id = 0;
    float next = 0, soon = 0;
  };

  ServedLines(std::size_t lines, const TextTable& texts);

  std::size_t find(std::uint64_t current, std::uint64_t previous, PersonaId persona,
                   std::span<Successor> out) const noexcept override;

  /// Puts `entries` (at most kSuccessors are kept) in place of what was known of this context; a persona other than 0 stands instead of
  /// `previous`. With `current` 0: what the persona wants where there is no line of
  /// the place. Writer only.
  void publish(std::uint64_t current, std::uint64_t previous, PersonaId persona, std::span<const Entry> entries,
               std::uint32_t in_ms);
  /// The client at `current` went to `came`: was the persona's line the better one? Before `publish`. Writer only.
  void judge(std::uint64_t current, std::uint64_t previous, PersonaId persona, TextId came) noexcept;
  /// What somebody else expects, where nothing was learnt: a line that every learnt one goes before and may take the place of. It takes none
  /// itself: false when the context has a learnt line, or there is no empty place. Writer only.
  bool suggest(std::uint64_t current, PersonaId persona, std::span<const Entry> entries);
  /// Whether there is a learnt line of exactly this context. Writer only.
  bool has(std::uint64_t current, std::uint64_t previous) const noexcept;
  /// A line on its way to or from a snapshot.
  struct Kept {
    std::uint64_t place = 0;
    std::uint32_t tag = 0, in_ms = 0;
    std::array<std::uint64_t, kSuccessors> successors{};
  };
  /// Every line in use. Writer only.
  std::vector<Kept> keep() const;
  /// Forgets all lines; from now on texts are those of `texts`, and lines those that were kept with them. The old texts must stay until
  /// readers have been quiescent.
  void restart(const TextTable& texts, std::span<const Kept> kept = {});
  std::size_t bytes() const noexcept { return (mask_ + 1) * sizeof(Line); }

 private:
  static constexpr std::size_t kWays = 2;
  struct alignas(64) Line {
    std::atomic<std::uint32_t> version{0};  ///< odd while it is written
    std::atomic<std::uint32_t> tag{0};
    std::atomic<std::uint32_t> in_ms{0};
    std::atomic<std::uint32_t> written{0};                             ///< the writer's clock
    std::array<std::atomic<std::uint64_t>, kSuccessors> successors{};  ///< id, next, soon: 32, 16, 16 bits; 0: none
  };
  static_assert(sizeof(Line) == 64);

  // In `in_ms`: the line was suggested. No wait is that long, since a session would be over.
  static constexpr std::uint32_t kSuggested = 1u << 31;
  enum class Found : std::uint8_t { nothing, suggested, learnt };
  const Line* learnt(std::uint64_t key) const noexcept;
  Found read(const TextTable& texts, std::uint64_t key, std::span<Successor> out, std::size_t& size) const noexcept;
  std::size_t read_favourites(const TextTable& texts, std::uint64_t current, PersonaId persona,
                              std::span<Successor> out) const noexcept;
  static std::size_t fill(const TextTable& texts, const std::array<std::uint64_t, kSuccessors>& words,
                          std::uint32_t in_ms, std::span<Successor> out) noexcept;
  Line& line_for(std::uint64_t key) noexcept;
  void write(Line& line, const Kept& kept);

  std::size_t mask_;
  std::unique_ptr<Line[]> lines_;
  std::atomic<const TextTable*> texts_;
  std::uint32_t clock_ = 0;
  // By how much each persona's lines were better of late than those of the place; above 0, readers get them.
  std::array<std::atomic<float>, 256> gains_;
};

}  // namespace harbinger::sequence
