#include "learn/sequence/evidence.h"

namespace harbinger::sequence {

const char* name_of(Term term) noexcept {
  static constexpr std::array<const char*, kTerms> kNames = {"order 1",
                                                             "order 2",
                                                             "order 3",
                                                             "rules",
                                                             "own order 1",
                                                             "persona",
                                                             "popular",
                                                             "recent",
                                                             "shape, digits",
                                                             "shape, tail",
                                                             "shape, all",
                                                             "shape before, digits",
                                                             "shape before, tail",
                                                             "shape before, all",
                                                             "back",
                                                             "own habit",
                                                             "resource",
                                                             "situation"};
  return kNames[static_cast<std::size_t>(term)];
}

void Evidence::learn(Term term, unsigned what, bool came) noexcept {
  constexpr float kMostTries = 1000;  // what came true long ago counts for less and less
  Cell& cell = cells_[index(term, what)];
  cell.tries += 1;
  cell.hits += came ? 1 : 0;
  if (cell.tries > kMostTries) {
    cell.tries /= 2;
    cell.hits /= 2;
  }
  // Logarithms are dear: a cell that saw much changes little by a miss.
  if (came || cell.tries < 64 || static_cast<int>(cell.tries) % 8 == 0)
    cell.log_odds = std::log(cell.hits / (cell.tries - cell.hits * 0.999f));
}

}  // namespace harbinger::sequence
