#include "learn/sequence/soon_model.h"

#include <algorithm>
#include <cmath>

namespace harbinger::sequence {
namespace {

float log_odds(double p) {
  const double kept = std::clamp(p, 1e-4, 1 - 1e-4);
  return static_cast<float>(std::log(kept / (1 - kept)));
}

std::size_t level_of(double raw) {
  const double scaled = (raw + 8) * SoonModel::kLevels / 12;
  return static_cast<std::size_t>(std::clamp(scaled, 0.0, SoonModel::kLevels - 1.0));
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

SoonModel::SoonModel() : waiting_(kWaiting) {
  state_.squares.fill(1e-2f);
  state_.weights[1] = 0.7f;
  state_.weights[2] = 0.3f;
  forget_waiting();
}

void SoonModel::forget_waiting() {
  for (std::size_t at = 0; at < kWaiting; ++at)
    waiting_[at] = {.next = at + 1 < kWaiting ? static_cast<int>(at + 1) : -1};
  free_ = 0;
}

SoonModel::Features SoonModel::features_of(const Candidate& candidate, std::size_t session_length) {
  const auto length = static_cast<float>(std::log(static_cast<double>(session_length)));
  const float next = log_odds(candidate.next), within = log_odds(std::min(0.99f, candidate.within / 3));
  return {1,
          next,
          within,
          length,
          next * length / 4,
          within * length / 4,
          candidate.has(Term::back) ? 1.0f : 0.0f,
          std::min(next * within, 100.0f) / 8};
}

double SoonModel::raw(const Features& features) const {
  double sum = 0;
  for (std::size_t at = 0; at < kFeatures; ++at) sum += static_cast<double>(features[at] * state_.weights[at]);
  return sum;
}

void SoonModel::weigh(Candidates& candidates, std::size_t session_length) const {
  for (Candidate& each : candidates) {
    const double score = raw(features_of(each, session_length));
    const Level& level = state_.levels[level_of(score)];
    // The level's own record, with what the regression says as twenty observations.
    const double calibrated =
        (static_cast<double>(level.hits) + 20 * logistic(score)) / (static_cast<double>(level.tries) + 20);
    each.soon = std::max(each.next, static_cast<float>(calibrated));
  }
}

void SoonModel::keep(const Candidates& candidates, std::size_t session_length, ClientTable& clients,
                     ClientState& client) {
  ++turn_;
  // Those that would be acted upon, and a few others in turn, so that low levels are learnt too.
  std::size_t kept = 0, at = 0;
  for (const Candidate& each : candidates) {
    const bool likely = each.soon > 0.05f;
    if (free_ < 0 || kept == kEach) return;
    if (!likely && (at++ + turn_) % 16 != 0) continue;
    if (each.has(Term::back)) continue;
    ++kept;
    const std::int32_t place = free_;
    free_ = waiting_[static_cast<std::size_t>(place)].next;
    waiting_[static_cast<std::size_t>(place)] = {each.id, static_cast<std::uint32_t>(clients.place_of(client)),
                                                 client.waiting, features_of(each, session_length)};
    client.waiting = place;
  }
}

void SoonModel::learn(const Features& features, bool came) {
  const double score = raw(features);
  const double miss = (came ? 1.0 : 0.0) - logistic(score);
  for (std::size_t at = 0; at < kFeatures; ++at) {
    const auto gradient = static_cast<float>(miss) * features[at];
    state_.squares[at] += gradient * gradient;
    state_.weights[at] += 0.05f * gradient / std::sqrt(state_.squares[at]);
  }
  Level& level = state_.levels[level_of(score)];
  level.tries += 1;
  level.hits += came ? 1 : 0;
  if (level.tries > 500) level = {level.hits / 2, level.tries / 2};
}

void SoonModel::release(std::int32_t place) {
  Waiting& waiting = waiting_[static_cast<std::size_t>(place)];
  waiting.id = 0;
  waiting.next = free_;
  free_ = place;
}

void SoonModel::came(ClientState& client, TextId resource) {
  std::int32_t* link = &client.waiting;
  while (*link >= 0) {
    const std::int32_t place = *link;
    Waiting& waiting = waiting_[static_cast<std::size_t>(place)];
    if (waiting.id != resource) {
      link = &waiting.next;
      continue;
    }
    learn(waiting.features, true);
    *link = waiting.next;
    release(place);
  }
}

void SoonModel::ended(ClientState& client) {
  while (client.waiting >= 0) {
    const std::int32_t place = client.waiting;
    learn(waiting_[static_cast<std::size_t>(place)].features, false);
    client.waiting = waiting_[static_cast<std::size_t>(place)].next;
    release(place);
  }
}

void SoonModel::tend(ClientTable& clients, UnixMillis now, UnixMillis gap_ms) {
  hand_ = (hand_ + 1) % kWaiting;
  if (waiting_[hand_].id == 0) return;
  ClientState& client = clients.at(waiting_[hand_].client);
  if (now - client.last > gap_ms) ended(client);
}

}  // namespace harbinger::sequence
