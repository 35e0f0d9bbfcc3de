// What might be wanted next, and what speaks for each: at most some hundred candidates with their evidence.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <harbinger/persona_id.h>
#include <harbinger/wanted_by.h>

#include "learn/sequence/evidence.h"
#include "learn/sequence/text_table.h"

namespace harbinger::sequence {

/// Texts that nobody asked for yet, made by structure. Their numbers have the top bit set; a text stays until others need its place.
class Imagined {
 public:
  static constexpr TextId kMark = 0x80000000u;

  Imagined() : texts_(kPlaces) {}
  void begin() noexcept { ++now_; }
  /// 0 when there is no place among those made since `begin`.
  TextId make(std::uint64_t hash, std::string_view text);
  TextId find(std::uint64_t hash) const noexcept;
  std::string_view text(TextId id) const noexcept;
  /// Who may hear of it: see WantedBy.
  void foretold(TextId id, ClientKey only) noexcept;
  ClientKey only(TextId id) const noexcept;
  std::size_t bytes() const noexcept;

 private:
  static constexpr std::size_t kPlaces = 1024, kWays = 8;
  struct Text {
    std::uint64_t hash = 0;
    std::uint64_t made = 0;
    std::uint32_t turn = 0;
    WantedBy wanted{};
    std::string text;
  };
  TextId id_of(std::size_t place) const noexcept {
    return kMark | (texts_[place].turn & 0x1fffffu) << 10 | static_cast<TextId>(place);
  }
  std::vector<Text> texts_;
  std::uint64_t now_ = 0;
};

/// Contexts whose counts are taken as they are, besides their cells: order 1, order 2, rules.
inline constexpr std::size_t kShares = 3;

/// One that might be wanted, with its evidence.
struct Candidate {
  TextId id = 0;
  std::uint32_t terms = 0;                    ///< bits of the terms that speak for it
  std::array<std::uint16_t, kTerms> cells{};  ///< which cell, for those terms
  std::array<float, kShares> shares{};        ///< log of its share in the strongest contexts, shifted; 0 when not in it
  float rules = 0;                            ///< sum of the rules' shares
  float within = 0;                           ///< that it comes within some steps, by the rules alone
  float score = 0;                            ///< the blend's log odds
  float next = 0, soon = 0;                   ///< probabilities
  float said = 0;                             ///< the highest `soon` of it that was kept and waits; see SoonModel::keep

  bool has(Term term) const noexcept { return terms >> static_cast<unsigned>(term) & 1; }
  void set(Term term, unsigned cell) noexcept {
    if (has(term)) return;
    terms |= 1u << static_cast<unsigned>(term);
    cells[static_cast<std::size_t>(term)] = static_cast<std::uint16_t>(cell & (Evidence::kCells - 1));
  }
};

/// The candidates of one moment, without duplicates.
class Candidates {
 public:
  static constexpr std::size_t kMost = 640;

  /// Empty, for a client at `current`, which is no candidate; `evidence` says how much is known of the moment (see Blend).
  void begin(TextId current) noexcept;
  /// The candidate `id`; null when it is the current resource or there are too many.
  Candidate* at(TextId id) noexcept;
  Candidate* find(TextId id) noexcept;
  /// Takes out those that no term speaks for.
  void drop_silent() noexcept;

  Candidate* begin() noexcept { return items_.data(); }
  Candidate* end() noexcept { return items_.data() + size_; }
  const Candidate* begin() const noexcept { return items_.data(); }
  const Candidate* end() const noexcept { return items_.data() + size_; }
  std::size_t size() const noexcept { return size_; }

  unsigned moment = 0;  ///< which contexts are known, below Blend::kMoments
  PersonaId persona = 0;
  float other = 0;  ///< the probability of none of these

 private:
  static constexpr std::size_t kIndex = 2048;
  std::size_t slot_of(TextId id) const noexcept;

  std::array<Candidate, kMost> items_;
  std::array<std::uint16_t, kIndex> index_{};
  std::array<std::uint32_t, kIndex> stamp_{};
  std::uint32_t now_ = 0;
  std::size_t size_ = 0;
  TextId current_ = 0;
};

}  // namespace harbinger::sequence
