#include "learn/sequence/evidence.h"

#include <algorithm>
#include <cmath>

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

namespace {

constexpr float kMostTries = 1000;  // what came true long ago counts for less and less

constexpr float kLeastHits =
    0.01f;  // what never came true is forgotten down to this, not to nothing, which has no logarithm

void judge(Evidence::Cell& cell) noexcept {
  const float hits = std::max(cell.hits, kLeastHits);
  cell.log_odds = std::log(hits / (cell.tries - hits * 0.999f));
}

void count(Evidence::Cell& cell, bool came) noexcept {
  cell.tries += 1;
  cell.hits += came ? 1 : 0;
  if (cell.tries > kMostTries) {
    cell.tries /= 2;
    cell.hits /= 2;
  }
  // Logarithms are dear: a cell that saw much changes little by a miss.
  if (came || cell.tries < 64 || static_cast<int>(cell.tries) % 8 == 0) judge(cell);
}

}  // namespace

Evidence::Evidence() : cells_(kTerms * (kCells + kCoarse)) {
  constexpr float kPrior = 0.05f;
  for (std::size_t at = kTerms * kCells; at < cells_.size(); ++at)
    cells_[at] = {kPrior, 1, std::log(kPrior / (1 - kPrior))};
}

std::size_t Evidence::coarse_index(Term term, unsigned what) noexcept {
  unsigned coarse = what % 64;  // how often, of how many
  if (term == Term::rules) coarse = what % 32;
  if (term >= Term::shape_digits && term <= Term::before_all) coarse |= (what >> 9 & 1) << 6;
  if (term >= Term::back) coarse = 0;
  return kTerms * kCells + static_cast<std::size_t>(term) * kCoarse + coarse;
}

void Evidence::learn(Term term, unsigned what, bool came) noexcept {
  Cell& fine = cells_[index(term, what)];
  Cell& coarse = cells_[coarse_index(term, what)];
  if (fine.tries <= 0) fine = {coarse.hits / coarse.tries, 1, coarse.log_odds};
  count(fine, came);
  count(coarse, came);
}

void Evidence::amend(Term term, unsigned what) noexcept {
  for (Cell* cell : {&cells_[index(term, what)], &cells_[coarse_index(term, what)]}) {
    cell->hits = std::min(cell->hits + 1, cell->tries);
    judge(*cell);
  }
}

}  // namespace harbinger::sequence
