#include "learn/sequence/soon_model.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace harbinger::sequence {
namespace {

constexpr std::size_t kBias = 2 * kTerms, kNext = kBias + 1, kWithin = kBias + 2, kLength = kBias + 3;
constexpr float kShift = 3;

float log_odds(float p) {
  const float kept = std::clamp(p, 1e-4f, 1 - 1e-4f);
  return std::log(kept / (1 - kept));
}

std::size_t level_of(double raw) {
  const double scaled = (raw + 7) * SoonModel::kLevels / 12;
  return static_cast<std::size_t>(std::clamp(scaled, 0.0, SoonModel::kLevels - 1.0));
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

SoonModel::SoonModel() : waiting_(kWaiting) {
  state_.squares.fill(1e-2f);
  state_.weights[kNext] = 0.5f;
  state_.weights[kWithin] = 0.3f;
  forget_waiting();
}

void SoonModel::forget_waiting() {
  for (std::size_t at = 0; at < kWaiting; ++at) {
    waiting_[at] = Waiting{};
    waiting_[at].following = at + 1 < kWaiting ? static_cast<std::int32_t>(at + 1) : -1;
  }
  free_ = 0;
}

SoonModel::Guessed SoonModel::guessed_of(const Candidate& candidate, std::size_t session_length) {
  return {candidate.terms,
          candidate.cells,
          candidate.shares,
          log_odds(candidate.next),
          log_odds(std::min(0.99f, candidate.within / 3)),
          std::log(static_cast<float>(std::max<std::size_t>(session_length, 1))) / 2};
}

/// Calls `use(index, value)` for every feature that is not zero.
template <class Use>
void SoonModel::for_each_feature(const Guessed& guessed, Use use) const {
  for (std::size_t term = 0; term < kTerms; ++term) {
    const bool speaks = guessed.terms >> term & 1;
    use(2 * term + (speaks ? 0 : 1),
        speaks ? evidence_.cell(static_cast<Term>(term), guessed.cells[term]).log_odds + kShift : 1.0f);
  }
  use(kBias, 1.0f);
  use(kNext, guessed.next);
  use(kWithin, guessed.within);
  use(kLength, guessed.length);
  for (std::size_t at = 0; at < kShares; ++at) use(kLength + 1 + at, guessed.shares[at]);
}

double SoonModel::raw(const Guessed& guessed) const {
  float sum = 0;
  for_each_feature(guessed, [&](std::size_t at, float value) { sum += value * state_.weights[at]; });
  return static_cast<double>(sum);
}

void SoonModel::weigh(Candidates& candidates, std::size_t session_length) const {
  for (Candidate& each : candidates) {
    const double score = raw(guessed_of(each, session_length));
    const Level& level = state_.levels[level_of(score)];
    // The level's own record, with what the regression says as twenty observations.
    const double calibrated =
        (static_cast<double>(level.hits) + 20 * logistic(score)) / (static_cast<double>(level.tries) + 20);
    each.soon = std::max(each.next, static_cast<float>(calibrated));
  }
}

/// How likely each candidate was said to be before, in what still waits.
void SoonModel::remember(Candidates& candidates, const ClientState& client) const {
  for (std::int32_t place = client.waiting; place >= 0;) {
    const Waiting& waiting = waiting_[static_cast<std::size_t>(place)];
    if (Candidate* candidate = candidates.find(waiting.id)) candidate->said = std::max(candidate->said, waiting.soon);
    place = waiting.following;
  }
}

void SoonModel::keep(Candidates& candidates, std::size_t session_length, ClientTable& clients, ClientState& client) {
  ++turn_;
  remember(candidates, client);
  // Those that would be acted upon, and a few others in turn, so that low levels are learnt too.
  std::size_t kept = 0, at = 0;
  for (const Candidate& each : candidates) {
    const bool likely = each.soon > 0.04f;
    if (free_ < 0 || kept == kEach) return;
    if (each.has(Term::back) || client.wanted_before(each.id)) continue;
    // Whoever acts on a guess does so once, when it is likely enough for the first time: what is said again changes nothing, however often.
    if (each.said >= each.soon) continue;
    if (!likely && (at++ + turn_) % 8 != 0) continue;
    ++kept;
    const std::int32_t place = free_;
    Waiting& waiting = waiting_[static_cast<std::size_t>(place)];
    free_ = waiting.following;
    waiting = {each.id,        static_cast<std::uint32_t>(clients.place_of(client)),
               client.waiting, client.length,
               each.soon,      guessed_of(each, session_length)};
    client.waiting = place;
    learn_wrong(waiting.guessed);
  }
}

void SoonModel::move(const Guessed& guessed, float miss) {
  for_each_feature(guessed, [&](std::size_t at, float value) {
    const float gradient = miss * value;
    state_.squares[at] += gradient * gradient;
    state_.weights[at] += 0.03f * gradient / std::sqrt(state_.squares[at]);
  });
}

void SoonModel::learn_wrong(const Guessed& guessed) {
  const double score = raw(guessed);
  move(guessed, -static_cast<float>(logistic(score)));
  for (std::size_t term = 0; term < kTerms; ++term)
    if (guessed.terms >> term & 1) evidence_.learn(static_cast<Term>(term), guessed.cells[term], false);
  Level& level = state_.levels[level_of(score)];
  level.tries += 1;
  if (level.tries > 500) level = {level.hits / 2, level.tries / 2};
}

void SoonModel::set_right(const Guessed& guessed) {
  const double score = raw(guessed);
  move(guessed, 1);
  for (std::size_t term = 0; term < kTerms; ++term)
    if (guessed.terms >> term & 1) evidence_.amend(static_cast<Term>(term), guessed.cells[term]);
  Level& level = state_.levels[level_of(score)];
  level.hits = std::min(level.hits + 1, level.tries);
}

void SoonModel::release(std::int32_t place) {
  Waiting& waiting = waiting_[static_cast<std::size_t>(place)];
  waiting.id = 0;
  waiting.following = free_;
  free_ = place;
}

void SoonModel::came(ClientState& client, TextId resource) {
  std::int32_t* link = &client.waiting;
  while (*link >= 0) {
    const std::int32_t place = *link;
    Waiting& waiting = waiting_[static_cast<std::size_t>(place)];
    if (client.length - waiting.step >= static_cast<int>(kHorizon)) {
      release_all(*link);  // the older ones follow
      return;
    }
    if (waiting.id != resource) {
      link = &waiting.following;
      continue;
    }
    set_right(waiting.guessed);
    *link = waiting.following;
    release(place);
  }
}

void SoonModel::release_all(std::int32_t& first) {
  while (first >= 0) {
    const std::int32_t place = first;
    first = waiting_[static_cast<std::size_t>(place)].following;
    release(place);
  }
}

void SoonModel::ended(ClientState& client) { release_all(client.waiting); }

void SoonModel::tend(ClientTable& clients, UnixMillis now, UnixMillis gap_ms) {
  hand_ = (hand_ + 1) % kWaiting;
  if (waiting_[hand_].id == 0) return;
  ClientState& client = clients.at(waiting_[hand_].client);
  if (now - client.last > gap_ms) ended(client);
}

}  // namespace harbinger::sequence
