// How much a kind of evidence is worth: every term sorts what it saw into a cell, and each cell knows how often it came true.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace harbinger::sequence {

/// What speaks for a candidate. Each says more about it than its count: how sure, how fresh, which rank.
enum class Term : std::uint8_t {
  order_1,  ///< followed the present resource
  order_2,  ///< followed the present one and the one before
  order_3,
  rules,         ///< followed one of the latest resources at some distance
  own_order_1,   ///< followed the present resource, with this client
  persona,       ///< followed the present resource, with clients of this persona
  popular,       ///< wanted by everybody for long
  recent,        ///< wanted by everybody just now
  shape_digits,  ///< made from the present text by an edit that suits its template
  shape_tail,
  shape_all,
  before_digits,  ///< the same, from the text before
  before_tail,
  before_all,
  back,       ///< was wanted earlier in this session
  own,        ///< this client's usual resources
  resource,   ///< how known and how fresh the candidate itself is
  situation,  ///< how long the session is, how much is known of the present resource
};
inline constexpr std::size_t kTerms = 18;

const char* name_of(Term term) noexcept;

/// A number of observations, roughly: 0, 1, 2, 3-4, 5-8, 9-19, 20-59, more.
constexpr unsigned rough(double count) noexcept {
  if (count <= 0.5) return 0;
  if (count < 1.5) return 1;
  if (count < 2.5) return 2;
  if (count < 4.5) return 3;
  if (count < 9) return 4;
  if (count < 20) return 5;
  if (count < 60) return 6;
  return 7;
}

/// Cells of one model. A cell that saw nothing yet speaks as a coarser one does, of evidence alike. One thread.
class Evidence {
 public:
  static constexpr std::size_t kCells = 4096, kCoarse = 128;
  struct Cell {
    float hits = 0, tries = 0;
    float log_odds = 0;  ///< of hits / tries

    double probability() const noexcept { return hits / tries; }
  };

  Evidence();

  const Cell& cell(Term term, unsigned what) const noexcept {
    const Cell& fine = cells_[index(term, what)];
    return fine.tries > 0 ? fine : cells_[coarse_index(term, what)];
  }
  void learn(Term term, unsigned what, bool came) noexcept;
  /// What was learnt as not come has come after all.
  void amend(Term term, unsigned what) noexcept;

  std::vector<Cell>& cells() noexcept { return cells_; }
  const std::vector<Cell>& cells() const noexcept { return cells_; }

 private:
  static std::size_t index(Term term, unsigned what) noexcept {
    return static_cast<std::size_t>(term) * kCells + (what & (kCells - 1));
  }
  static std::size_t coarse_index(Term term, unsigned what) noexcept;
  std::vector<Cell> cells_;
};

}  // namespace harbinger::sequence
