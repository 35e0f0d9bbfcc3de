// Contexts: what followed what, counted. One cache line each; busy ones grow by further lines; the least useful make room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "learn/sequence/huge_array.h"
#include "learn/sequence/mix.h"

namespace harbinger::sequence {

/// One thread. Counts are decayed: all counts of a context are halved when they become large, so it follows what is usual now.
class ContextTable {
 public:
  struct Successor {
    std::uint32_t id;
    std::uint16_t count;  ///< in 1/64
    std::uint16_t last;   ///< the context's tick when last added

    double weight() const noexcept { return count / 64.0; }
  };
  static constexpr std::size_t kSuccessors = 6, kLines = 10;

  struct alignas(64) Line {
    std::uint32_t tag = 0;      ///< 0: empty
    float total = 0;            ///< decayed sum of everything added, also of what was since displaced
    std::uint32_t used_at = 0;  ///< the table's clock
    std::uint16_t tick = 0;     ///< additions, wrapping
    std::uint8_t size = 0;      ///< successors in this line
    std::uint8_t further = 0;   ///< lines of the context besides this one (first line only)
    std::array<Successor, kSuccessors> successors{};
  };
  static_assert(sizeof(Line) == 64);

  /// A context's lines; empty when it is not known. Valid until the next `add`.
  struct Context {
    std::array<const Line*, kLines> lines{};
    std::size_t count = 0;

    explicit operator bool() const noexcept { return count != 0; }
    double total() const noexcept { return lines[0]->total; }
    std::uint16_t tick() const noexcept { return lines[0]->tick; }
    template <class Use>
    void for_each(Use use) const {
      for (std::size_t line = 0; line < count; ++line)
        for (std::size_t at = 0; at < lines[line]->size; ++at) use(lines[line]->successors[at]);
    }
  };

  /// A power of two of lines, at least `lines` and 64.
  explicit ContextTable(std::size_t lines);

  Context find(std::uint64_t key) const noexcept;
  /// Counts that `id` followed; `weight` up to 16.
  void add(std::uint64_t key, std::uint32_t id, double weight);
  /// The same in a fraction of the time: of what is not in a context's first line, one in two to eight is counted, for so many times its weight (at
  /// most 2). What a context's first line holds moves with its counts, so that it is nearly always the one.
  void add_quickly(std::uint64_t key, std::uint32_t id, double weight);
  /// Brings what `find` and `add` look at near; `prefetch_marks` well before it, what it looks at itself.
  void prefetch(std::uint64_t key) const noexcept;
  void prefetch_marks(std::uint64_t key) const noexcept { __builtin_prefetch(&marks_[home(key)]); }

  std::size_t used() const noexcept { return used_; }
  std::size_t bytes() const noexcept { return lines_.bytes() + marks_.bytes(); }

  std::span<Line> lines() noexcept { return lines_.all(); }
  std::span<const Line> lines() const noexcept { return lines_.all(); }
  std::uint32_t clock() const noexcept { return clock_; }
  /// After the lines were put back.
  void restore(std::uint32_t clock, std::size_t used) noexcept;

 private:
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::size_t home(std::uint64_t key) const noexcept { return (key >> 32) & mask_; }
  static std::uint32_t tag_of(std::uint64_t key) noexcept { return static_cast<std::uint32_t>(key) | 1; }
  static std::uint16_t mark_of(std::uint32_t tag) noexcept { return static_cast<std::uint16_t>(tag >> 16 | 1); }
  static std::uint64_t key_of_line(std::uint64_t key, std::size_t line) noexcept { return line ? mix(key, line) : key; }

  std::size_t other_near(std::uint64_t key) const noexcept { return home(key) ^ (1 + (key >> 16) % (kWays - 1)); }
  std::size_t marked(std::uint64_t key) const noexcept;
  Line* find_line(std::uint64_t key) noexcept;
  Line& find_or_make(std::uint64_t key);
  std::size_t room_near(std::uint64_t key) const noexcept;
  double worth(const Line& line) const noexcept;
  Line* room_for(std::uint64_t key, Line& first, std::array<Line*, kLines>& lines, std::size_t& count);
  void add_to(std::uint64_t key, Line& first, std::uint32_t id, double weight);
  static void halve(std::array<Line*, kLines>& lines, std::size_t count) noexcept;

  std::size_t mask_;
  HugeArray<Line> lines_;
  HugeArray<std::uint16_t>
      marks_;  ///< part of each line's tag, so that a line is touched only when it is likely the one; 0: empty
  std::uint32_t clock_ = 0;
  std::size_t used_ = 0;
};

}  // namespace harbinger::sequence
