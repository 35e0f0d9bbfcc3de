#include "server/replay/next_judge.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "server/replay/cpu_time.h"
#include "server/replay/sessions.h"

namespace harbinger::replay {

namespace {

// Gives what the stream's current word had to the others.
void exclude(std::uint32_t word, std::span<float> probabilities) {
  const float rest = 1 - probabilities[word];
  probabilities[word] = 0;
  if (rest <= 0) return;
  for (auto& each : probabilities) each /= rest;
}

// Of those that are alike, the one that came up first is before the others.
std::size_t rank_of(std::uint32_t word, std::span<const float> probabilities) {
  std::size_t rank = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i)
    if (probabilities[i] > probabilities[word] || (probabilities[i] == probabilities[word] && i < word)) ++rank;
  return rank;
}

void score(NextScore& into, std::uint32_t word, std::span<const float> probabilities) {
  const auto rank = rank_of(word, probabilities);
  into.ranking.add(rank);
  into.first.add(*std::ranges::max_element(probabilities), rank == 0);
  into.loss -= std::log(std::max<double>(probabilities[word], NextScore::kLeast));
}

NextScore judge_one(const NextFeed& feed, const NextFamily& family, const std::function<void(double)>& progress) {
  constexpr std::size_t kOften = 4096;
  NextScore out{.name = family.name};
  const auto begun = cpu_seconds();
  const auto guesser = family.make(feed);
  std::vector<std::uint32_t> current(feed.streams.size(), kNone);
  std::vector<float> probabilities(feed.words.size());
  for (std::size_t i = 0; i < feed.steps.size(); ++i) {
    const auto& step = feed.steps[i];
    auto& latest = current[step.cue.stream];
    if (i >= feed.score_from && !step.begins) {
      guesser->guess(step.cue, probabilities);
      if (feed.distinct) exclude(latest, probabilities);
      score(out, step.word, probabilities);
    }
    guesser->learn(step);
    latest = step.word;
    if (i % kOften == 0) progress(static_cast<double>(i) / static_cast<double>(feed.steps.size()));
  }
  out.seconds = cpu_seconds() - begun;
  return out;
}

double seen_share(const NextFeed& feed) {
  std::vector<bool> seen(feed.words.size());
  double judged = 0, known = 0;
  for (std::size_t i = 0; i < feed.steps.size(); ++i) {
    const auto& step = feed.steps[i];
    if (i >= feed.score_from && !step.begins) judged += 1, known += seen[step.word] ? 1 : 0;
    seen[step.word] = true;
  }
  return judged > 0 ? known / judged : 0;
}

}  // namespace

const NextScore* NextScores::of(std::string_view name) const {
  const auto found = std::ranges::find(scores, name, &NextScore::name);
  return found == scores.end() ? nullptr : &*found;
}

const NextScore* NextScores::best_simple(bool by_loss) const {
  const NextScore* best = nullptr;
  for (const char* name : {"popularity", "last", "markov1"}) {
    const auto* score = of(name);
    if (score == nullptr) continue;
    if (best == nullptr || (by_loss ? score->loss < best->loss : score->ranking.top(1) > best->ranking.top(1)))
      best = score;
  }
  return best;
}

NextScores judge_next(const NextFeed& feed, const std::vector<NextFamily>& families,
                      const std::function<void(std::string_view, double)>& progress) {
  NextScores out{
      .title = feed.title, .words = feed.words.size(), .streams = feed.streams.size(), .steps = feed.steps.size()};
  out.seen = seen_share(feed);
  for (const auto& family : families)
    out.scores.push_back(judge_one(feed, family, [&](double share) { progress(family.name, share); }));
  if (!out.scores.empty()) out.judged = out.scores.front().ranking.steps();
  return out;
}

}  // namespace harbinger::replay
