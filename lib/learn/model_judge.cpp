#include "learn/model_judge.h"

#include <algorithm>
#include <cmath>

namespace harbinger {

namespace {

constexpr std::int64_t kPartNs = std::int64_t{300} * 1'000'000'000;  // five minutes
constexpr Duration kSession = std::chrono::minutes(30);
constexpr std::uint64_t kEnough = 500;

}  // namespace

ModelJudge::ModelJudge(std::size_t clients, std::size_t contexts)
    : markov_(make_markov1({.contexts = contexts, .clients = clients})), pending_(clients) {}

// Both guess at the same steps, so hits that both have say nothing; of the others, each should have half if they were equally good
// (McNemar, 1947). How many those are is not counted; all hits are at least as many, which makes this the more cautious bound.
bool ModelJudge::Rates::below_markov() const {
  if (steps < kEnough || model_hits >= markov_hits) return false;
  return static_cast<double>(markov_hits - model_hits) > 2 * std::sqrt(static_cast<double>(markov_hits + model_hits));
}

void ModelJudge::score(ClientKey client, std::uint64_t resource, MonotonicTime now) {
  const auto& before = pending(client);
  if (!before.judged || before.client != client || before.resource == resource || now - before.at > kSession) return;
  const auto number = std::max<std::int64_t>(now.ns, 0) / kPartNs;
  auto& part = parts_[static_cast<std::size_t>(number) % kParts];
  if (part.number != number) part = {number, {}};
  ++part.rates.steps;
  part.rates.model_hits += before.model == resource;
  part.rates.markov_hits += before.markov == resource;
}

void ModelJudge::guess(ClientKey client, std::uint64_t resource, MonotonicTime now, UnixMillis at, SequenceModel& model,
                       bool judged) {
  markov_->learn(client, resource, at);
  auto& next = pending(client);
  if (next.client == client && next.resource == resource && now - next.at <= kSession) {
    next.at = now;  // the same again: what was guessed still waits
    return;
  }
  next = {client, resource, 0, 0, now, judged};
  if (!judged) return;
  std::array<Guess, 1> guess;
  if (model.predict(client, at, guess) == 1) next.model = resource_hash(model.text(guess[0].resource));
  std::array<BaselineGuess, 1> rival;
  if (markov_->predict(client, rival) == 1) next.markov = rival[0].resource;
}

ModelJudge::Rates ModelJudge::rates(MonotonicTime now) const {
  Rates sum;
  const auto oldest = now.ns / kPartNs - static_cast<std::int64_t>(kParts);
  for (const auto& part : parts_) {
    if (part.number < 0 || part.number <= oldest) continue;
    sum.steps += part.rates.steps;
    sum.model_hits += part.rates.model_hits;
    sum.markov_hits += part.rates.markov_hits;
  }
  return sum;
}

}  // namespace harbinger
