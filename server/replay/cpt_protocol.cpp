#include "server/replay/cpt_protocol.h"

#include <algorithm>
#include <array>

#include "server/replay/cpu_time.h"

namespace harbinger::replay {

namespace {

using Sequence = std::vector<std::uint32_t>;

std::vector<Sequence> sequences_of(const Trace& trace, const CptProtocol& protocol) {
  std::vector<Sequence> sequences(trace.clients.size());  // numbered in the order of their first visit
  for (const auto& visit : trace.visits) sequences[visit.client].push_back(visit.resource);
  std::erase_if(sequences, [&](const auto& sequence) { return sequence.size() <= protocol.window; });
  if (sequences.size() > protocol.sequences) sequences.resize(protocol.sequences);
  return sequences;
}

// Plays sequences to a contender: each is another client, its items a second apart.
class Player {
 public:
  explicit Player(Contender& contender) : contender_(contender) {}

  void teach(const Sequence& sequence) {
    ++client_;
    for (const auto item : sequence) contender_.learn(visit(item));
  }
  // Rank of the last item, from what comes before it.
  std::size_t rank(std::size_t view, const Sequence& sequence, std::size_t window) {
    ++client_;
    std::uint32_t from = kNone;
    const auto shown = std::span(sequence).last(window + 1).first(window);
    Visit latest;
    for (const auto item : shown) {
      if (latest.at > 0 && latest.resource != item) from = latest.resource;
      contender_.follow(latest = visit(item));
    }
    std::array<Candidate, RankingScore::kDeep> candidates;
    const auto count = contender_.predict(view, latest, from, candidates);
    const auto given = std::span(candidates).first(count);
    const auto found = std::ranges::find(given, sequence.back(), &Candidate::resource);
    return found == given.end() ? RankingScore::kDeep : static_cast<std::size_t>(found - given.begin());
  }

 private:
  Visit visit(std::uint32_t item) { return {.at = now_ += 1000, .client = client_, .resource = item}; }

  Contender& contender_;
  std::uint32_t client_ = 0;
  UnixMillis now_ = 0;
};

}  // namespace

std::vector<CptScore> run_cpt(const Trace& trace, const CptProtocol& protocol,
                              const std::vector<std::function<std::unique_ptr<Contender>()>>& contenders,
                              const std::function<void(double)>& progress) {
  const auto sequences = sequences_of(trace, protocol);
  std::vector<CptScore> scores;
  for (std::size_t which = 0; which < contenders.size(); ++which) {
    const auto names = contenders[which]()->names();
    const auto first = scores.size();
    for (const auto& name : names) scores.push_back({.name = name, .ranking = {}});
    const auto begin = cpu_seconds();
    for (std::size_t fold = 0; fold < protocol.folds; ++fold) {
      progress(static_cast<double>(which * protocol.folds + fold) /
               static_cast<double>(contenders.size() * protocol.folds));
      const auto contender = contenders[which]();
      Player player(*contender);
      const auto from = fold * sequences.size() / protocol.folds, to = (fold + 1) * sequences.size() / protocol.folds;
      for (std::size_t i = 0; i < sequences.size(); ++i)
        if (i < from || i >= to) player.teach(sequences[i]);
      for (auto i = from; i < to; ++i)
        for (std::size_t view = 0; view < names.size(); ++view)
          scores[first + view].ranking.add(player.rank(view, sequences[i], protocol.window));
    }
    for (auto i = first; i < scores.size(); ++i) scores[i].seconds = cpu_seconds() - begin;
  }
  return scores;
}

}  // namespace harbinger::replay
