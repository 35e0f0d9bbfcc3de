#include "learn/refresh_judge.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace harbinger {
namespace {

constexpr float kRate = 0.1F;
constexpr float kFirstSquares = 0.05F;
constexpr float kTrust = 2;          // cases that the reason as a whole counts as in a cell
constexpr float kCellMemory = 3000;  // cases

float logit(double p) {
  p = std::clamp(p, 0.005, 0.995);
  return static_cast<float>(std::log(p / (1 - p)));
}

// 0 .. most, doubling from 1.
unsigned octave(double x, unsigned most) {
  if (x < 1) return 0;
  return std::min(static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(std::min(x, 1e15)))), most);
}

// 0 .. most, evenly in log odds.
unsigned level(double p, unsigned most) {
  const double x = std::max((static_cast<double>(logit(p)) + 4.5) / 9, 0.0);
  return std::min(static_cast<unsigned>(x * (most + 1)), most);
}

unsigned type_group(std::uint16_t type) {
  if (type == 1) return 0;
  if (type == 28) return 1;
  return type == 65 ? 2 : 3;
}

std::uint8_t cell(unsigned a, unsigned b, unsigned of_b) { return static_cast<std::uint8_t>(a * of_b + b); }

}  // namespace

RefreshJudge::RefreshJudge() : views_(RefreshPlanner::kReasons) {
  for (auto& view : views_) {
    view.squares.fill(kFirstSquares);
    std::fill_n(view.weight.begin(), kSigns, 0.15F);
    view.weight[kSigns + 1] = 0.4F;
    view.weight[kSigns + 2] = 0.4F;
    view.all = {1, 3, 0};
  }
}

Signs RefreshJudge::signs(const RefreshRecord& record, const Situation& situation) {
  const double ttl_s = std::max<double>(record.full_ttl_s, 1);
  const unsigned ttl = octave(ttl_s / 4, 15), type = type_group(record.type);
  const unsigned own = situation.own_age_s < 0 ? 15 : octave(situation.own_age_s / 2, 14);
  const unsigned of_life = std::min(static_cast<unsigned>(octave(8 * situation.age_s / ttl_s, 7)), 7U);
  const unsigned own_of_life = situation.own_age_s < 0 ? 15 : octave(32 * situation.own_age_s / ttl_s, 14);
  const unsigned often = octave(record.asked_times, 7);
  const unsigned clients = std::min(static_cast<unsigned>(std::popcount(record.clients)), 7U);
  Signs signs;
  signs.cells = {
      cell(level(situation.rhythm, 15), octave(record.hits, 7), 16),
      cell(level(situation.specific, 31), octave(situation.support, 7), 8),
      cell(ttl, often, 8),
      cell(of_life, type * 2 + (clients > 1 ? 1 : 0), 8),
      cell(clients, octave(record.hits, 7), 8),
      cell(octave(situation.idle_s, 15), std::min<unsigned>(record.renewals, 3), 4),
      cell(own, ttl, 16),
      cell(own_of_life, level(situation.specific, 15), 16),
      cell(static_cast<unsigned>(situation.habit * 15.99), type, 16),
      cell(record.last_gap, record.gap_before, 16),
      record.zone,
      cell(situation.own_times & 15U,
           std::min<unsigned>(situation.own_led, 4) * 3 + std::min(std::popcount(situation.own_times & 0xf0U), 2), 16),
      cell(level(situation.heard, 15), level(situation.specific, 15), 16)};
  signs.rhythm = logit(situation.rhythm);
  signs.specific = situation.specific > 0 ? logit(situation.specific) : 0;
  return signs;
}

RefreshJudge::Terms RefreshJudge::terms(const View& view, const Signs& signs) {
  Terms terms;
  for (std::size_t i = 0; i < kSigns; ++i) terms[i] = view.cells[i][signs.cells[i]].log_odds;
  terms[kSigns] = 1;
  terms[kSigns + 1] = signs.rhythm;
  terms[kSigns + 2] = signs.specific;
  return terms;
}

double RefreshJudge::probability(const View& view, const Terms& terms) {
  float sum = 0;
  for (std::size_t i = 0; i < kTerms; ++i) sum += view.weight[i] * terms[i];
  return 1 / (1 + std::exp(-static_cast<double>(sum)));
}

double RefreshJudge::probability(RefreshPlanner::Reason reason, const Signs& signs) const {
  const View& view = views_[static_cast<std::size_t>(reason)];
  return probability(view, terms(view, signs));
}

void RefreshJudge::count(Cell& cell, const Cell& all, bool came_true) {
  cell.tries += 1;
  if (came_true) cell.hits += 1;
  const float usual = all.hits / all.tries;
  const float share = (cell.hits + kTrust * usual) / (cell.tries + kTrust);
  cell.log_odds = std::log(share / (1 - share)) - std::log(usual / (1 - usual));
  if (cell.tries < kCellMemory) return;
  cell.tries /= 2;
  cell.hits /= 2;
}

void RefreshJudge::learn(RefreshPlanner::Reason reason, const Signs& signs, bool came_true) {
  View& view = views_[static_cast<std::size_t>(reason)];
  const Terms now = terms(view, signs);
  const auto error = static_cast<float>((came_true ? 1 : 0) - probability(view, now));
  for (std::size_t i = 0; i < kTerms; ++i) {
    const float slope = error * now[i];
    view.squares[i] += slope * slope;
    view.weight[i] += kRate * slope / std::sqrt(view.squares[i]);
  }
  view.all.tries += 1;
  if (came_true) view.all.hits += 1;
  for (std::size_t i = 0; i < kSigns; ++i) count(view.cells[i][signs.cells[i]], view.all, came_true);
}

}  // namespace harbinger
