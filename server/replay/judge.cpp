#include "server/replay/judge.h"

#include <algorithm>
#include <array>

#include "server/replay/cpu_time.h"

namespace harbinger::replay {

namespace {

constexpr std::size_t kDepth = RankingScore::kDeep;
constexpr std::size_t kFirstFive = 5;

// What was said to a client last.
struct Said {
  std::uint8_t count = 0;
  std::array<std::uint32_t, kDepth> resources;
  std::array<float, kFirstFive> next;
};

class Pass {
 public:
  Pass(const Trace& trace, const Sessions& sessions, const Judging& judging, Contender& contender)
      : trace_(trace), sessions_(sessions), judging_(judging), contender_(contender) {
    for (const auto& name : contender.names())
      verdicts_.push_back({.name = name,
                           .ranking = {},
                           .next = {},
                           .next_top5 = {},
                           .soon = {},
                           .over_time = HitCurve(judging.time_bins),
                           .prefetching = {trace, sessions, judging.score_from, judging.network}});
    said_.resize(verdicts_.size());
    for (auto& clients : said_) clients.resize(trace.clients.size());
  }

  std::vector<Verdict> run() {
    const auto begin = cpu_seconds();
    for (std::size_t i = 0; i < trace_.visits.size(); ++i) {
      step(i);
      if (i % 1024 == 0) judging_.progress(static_cast<double>(i) / static_cast<double>(trace_.visits.size()));
    }
    const auto took = cpu_seconds() - begin;
    for (auto& verdict : verdicts_) {
      verdict.seconds = took;
      verdict.prefetching.close();
    }
    return std::move(verdicts_);
  }

 private:
  void step(std::size_t i) {
    const auto& visit = trace_.visits[i];
    const auto& step = sessions_[i];
    const bool counts = i >= judging_.score_from;
    for (std::size_t view = 0; view < verdicts_.size(); ++view)
      if (counts && step.kind == StepKind::onward) score(verdicts_[view], said_[view][visit.client], visit.resource);
    if (counts && judging_.frozen)
      contender_.follow(visit);
    else
      contender_.learn(visit);
    const bool matters = counts || (step.next != kNone && step.next >= judging_.score_from);
    for (std::size_t view = 0; view < verdicts_.size() && matters; ++view) ask(view, i);
  }

  static void score(Verdict& verdict, const Said& said, std::uint32_t target) {
    const auto resources = std::span(said.resources).first(said.count);
    const auto rank = static_cast<std::size_t>(std::ranges::find(resources, target) - resources.begin());
    const bool there = rank < resources.size();
    verdict.ranking.add(there ? rank : kDepth);
    verdict.over_time.add(there && rank == 0);
    const auto first = std::min<std::size_t>(said.count, kFirstFive);
    for (std::size_t i = 0; i < first; ++i) verdict.next_top5.add(said.next[i], i == rank);
    if (first > 0) verdict.next.add(said.next[0], rank == 0);
  }

  void ask(std::size_t view, std::size_t visit) {
    std::array<Candidate, kDepth> candidates;
    const auto& step = sessions_[visit];
    auto& said = said_[view][trace_.visits[visit].client];
    said.count = static_cast<std::uint8_t>(contender_.predict(view, trace_.visits[visit], step.from, candidates));
    const auto given = std::span(candidates).first(said.count);
    for (std::size_t i = 0; i < given.size(); ++i) {
      said.resources[i] = given[i].resource;
      if (i < kFirstFive) said.next[i] = given[i].next;
    }
    if (visit >= judging_.score_from) judge_soon(verdicts_[view], visit, given);
    verdicts_[view].prefetching.predicted(visit, given);
  }

  void judge_soon(Verdict& verdict, std::size_t visit, std::span<const Candidate> given) const {
    for (const auto& candidate : given.first(std::min(given.size(), kFirstFive))) {
      const auto* wanted = sessions_.wanted(sessions_[visit].session, candidate.resource);
      const bool has_it = wanted != nullptr && wanted->first <= visit;
      if (!has_it) verdict.soon.add(candidate.soon, wanted != nullptr);
    }
  }

  const Trace& trace_;
  const Sessions& sessions_;
  const Judging& judging_;
  Contender& contender_;
  std::vector<Verdict> verdicts_;
  std::vector<std::vector<Said>> said_;  // by view and client
};

}  // namespace

std::vector<Verdict> judge(const Trace& trace, const Sessions& sessions, const Judging& judging, Contender& contender) {
  return Pass(trace, sessions, judging, contender).run();
}

}  // namespace harbinger::replay
