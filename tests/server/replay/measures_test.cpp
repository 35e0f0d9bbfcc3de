#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "server/replay/bounds.h"
#include "server/replay/calibration.h"
#include "server/replay/cpt_protocol.h"
#include "server/replay/judge.h"
#include "server/replay/models.h"
#include "server/replay/prefetch_ledger.h"
#include "server/replay/ranking_score.h"
#include "server/replay/sessions.h"
#include "server/replay/synthetic.h"

using namespace harbinger;
using namespace harbinger::replay;

namespace {

constexpr UnixMillis kMinute = 60'000;
constexpr UnixMillis kGap = 30 * kMinute;

// Letters are resources, a second apart; each word is another client.
Trace trace_of(const std::vector<std::string>& words) {
  Trace trace;
  UnixMillis at = 0;
  for (const auto& word : words)
    for (const char letter : word)
      trace.visits.push_back({.at = at += 1000,
                              .client = trace.clients.intern(word + std::to_string(&word - words.data())),
                              .resource = trace.resources.intern(std::string(1, letter)),
                              .size_bytes = 1000});
  return trace;
}

// Says what it was told to say, after each visit to a resource.
class Scripted final : public Contender {
 public:
  Scripted(const Trace& trace, std::map<char, std::vector<std::pair<char, float>>> says)
      : trace_(trace), says_(std::move(says)) {}
  std::vector<std::string> names() const override { return {"scripted"}; }
  void learn(const Visit&) override { ++learnt; }
  void follow(const Visit&) override { ++followed; }
  std::size_t predict(std::size_t, const Visit& latest, std::uint32_t, std::span<Candidate> out) override {
    std::size_t count = 0;
    for (const auto& [letter, chance] : says_[trace_.resources.text(latest.resource)[0]])
      out[count++] = {number(letter), chance, chance};
    return count;
  }
  int learnt = 0, followed = 0;

 private:
  std::uint32_t number(char letter) const {
    for (std::uint32_t i = 0; i < trace_.resources.size(); ++i)
      if (trace_.resources.text(i)[0] == letter) return i;
    return trace_.resources.size();
  }
  const Trace& trace_;
  std::map<char, std::vector<std::pair<char, float>>> says_;
};

}  // namespace

TEST_CASE("a session ends with a pause longer than the gap, and repeats do not move it") {
  auto trace = trace_of({"aabca"});
  trace.visits[3].at = trace.visits[2].at + kGap + 1;
  trace.visits[4].at = trace.visits[3].at + kGap;
  const Sessions sessions(trace, kGap);
  CHECK(sessions.count() == 2);
  const auto kind = [&](std::size_t i) { return sessions[i].kind; };
  CHECK(kind(0) == StepKind::first);
  CHECK(kind(1) == StepKind::repeated);
  CHECK(kind(2) == StepKind::onward);
  CHECK(kind(3) == StepKind::first);
  CHECK(kind(4) == StepKind::onward);
  CHECK(sessions[2].from == 0);
  CHECK(sessions[3].from == kNone);
  CHECK(sessions[1].next == 2);
  CHECK(sessions[2].next == kNone);
}

TEST_CASE("a need is a first visit within a session, except the one that begins it") {
  const auto trace = trace_of({"abab"});
  const Sessions sessions(trace, kGap);
  CHECK_FALSE(sessions.is_need(trace, 0));
  CHECK(sessions.is_need(trace, 1));
  CHECK_FALSE(sessions.is_need(trace, 2));
  CHECK_FALSE(sessions.is_need(trace, 3));
}

TEST_CASE("no session reaches from the training part into the judged part") {
  const auto trace = trace_of({"abcd"});
  const Sessions sessions(trace, kGap, 2);
  CHECK(sessions.count() == 2);
  CHECK(sessions[2].kind == StepKind::first);
  CHECK(sessions[1].next == kNone);
}

TEST_CASE("hit rates count targets among the first ranks, reciprocal ranks their places") {
  RankingScore score;
  for (const std::size_t rank : {0, 2, 4, 19, 20}) score.add(rank);
  CHECK(score.steps() == 5);
  CHECK(score.top(1) == Approx(0.2));
  CHECK(score.top(3) == Approx(0.4));
  CHECK(score.top(5) == Approx(0.6));
  CHECK(score.top(20) == Approx(0.8));
  CHECK(score.mrr() == Approx((1 + 1.0 / 3 + 1.0 / 5 + 1.0 / 20) / 5));
  CHECK(RankingScore{}.top(1) == 0);
}

TEST_CASE("the hit curve cuts the judged part into equal pieces") {
  HitCurve curve(2);
  for (const bool hit : {true, true, true, false, false, true, false, false}) curve.add(hit);
  CHECK(curve.shares() == std::vector<double>{0.75, 0.25});
  CHECK(HitCurve(5).shares().empty());
}

TEST_CASE("the calibration error is the weighted distance between confidence and truth") {
  Calibration calibration;
  for (int i = 0; i < 10; ++i) calibration.add(0.25, i < 5);  // says 0.25, is 0.5
  for (int i = 0; i < 30; ++i) calibration.add(1.0, true);    // says what is
  CHECK(calibration.count() == 40);
  CHECK(calibration.error() == Approx(0.25 * 10 / 40));
  CHECK(Calibration{}.error() == 0);
  Calibration extremes;
  extremes.add(-1, false);
  extremes.add(7, true);
  CHECK(extremes.bins().front().count == 1);
  CHECK(extremes.bins().back().count == 1);
}

TEST_CASE("prefetching is measured for each threshold: coverage, precision, waste, bytes, lead and what is saved") {
  auto trace = trace_of({"axbc"});  // needs: x, b, c
  trace.visits[3].at += 58'000;     // c comes a minute after b
  const Sessions sessions(trace, kGap);
  PrefetchLedger ledger(trace, sessions, 0, {.rtt_ms = 1500, .bandwidth_mbit = 8});
  const auto number = [&](char letter) { return trace.resources.intern(std::string(1, letter)); };
  const auto say = [&](std::size_t visit, char letter, float chance) {
    const Candidate candidate{number(letter), chance, chance};
    ledger.predicted(visit, std::span(&candidate, 1));
  };
  say(0, 'x', 0.9F);  // right, a second ahead: late, for a fetch takes 1.501 s
  say(0, 'c', 0.2F);
  say(1, 'c', 0.8F);  // right
  say(1, 'q', 0.7F);  // wrong
  say(2, 'x', 1.0F);  // the session has it: counts for nothing
  say(2, 'r', 0.1F);  // wrong
  ledger.close();
  CHECK(ledger.needs() == 3);

  const auto strict = ledger.at_waste(0);
  CHECK(strict.threshold == Approx(0.8));
  CHECK(strict.coverage == Approx(2.0 / 3));
  CHECK(strict.precision == 1);
  CHECK(strict.waste == 0);
  CHECK(strict.late == Approx(0.5));
  CHECK(strict.saved_ms == Approx((1000 + 1501) / 3.0));
  CHECK(strict.saved == Approx((1000 + 1501) / (3 * 1501.0)));

  const auto loose = ledger.at_waste(0.4);
  CHECK(loose.threshold == Approx(0.7));
  CHECK(loose.waste == Approx(1.0 / 3));
  CHECK(loose.precision == Approx(2.0 / 3));
  CHECK(loose.wasted_bytes == Approx(10'000 / 3000.0));  // q's size is not known

  const auto all = ledger.at_waste(9);
  CHECK(all.waste == Approx(2.0 / 3));
  CHECK(all.lead_ms == Approx(61'000));  // c was in from the beginning at this threshold
  CHECK(ledger.curve(100).size() == 4);
}

TEST_CASE("prefetches of one confidence come together or not at all") {
  const auto trace = trace_of({"ab"});
  const Sessions sessions(trace, kGap);
  PrefetchLedger ledger(trace, sessions, 0, {});
  std::vector<Candidate> candidates;
  for (std::uint32_t resource = 1; resource < 5; ++resource) candidates.push_back({resource, 0.5F, 0.5F});
  ledger.predicted(0, candidates);
  ledger.close();
  CHECK(ledger.at_waste(1).coverage == 0);
  CHECK(ledger.at_waste(3).coverage == 1);
}

TEST_CASE("a pass judges each step by what was said before it, and counts from where it shall") {
  const auto trace = trace_of({"ab", "abcb", "abd"});
  const Sessions sessions(trace, kGap);
  Scripted scripted(trace, {{'a', {{'b', 0.9F}}}, {'b', {{'a', 0.5F}, {'c', 0.3F}}}});
  const auto verdict = std::move(judge(trace, sessions, {.score_from = 2}, scripted).front());
  CHECK(verdict.ranking.steps() == 5);  // b c b, b d
  CHECK(verdict.ranking.top(1) == Approx(0.4));
  CHECK(verdict.ranking.top(3) == Approx(0.6));
  CHECK(verdict.next.count() == 4);  // nothing was said after c
  CHECK(scripted.learnt == 9);
  CHECK(scripted.followed == 0);
  judge(trace, sessions, {.score_from = 2, .frozen = true}, scripted);
  CHECK(scripted.learnt == 9 + 2);
  CHECK(scripted.followed == 7);
}

TEST_CASE("the oracle knows what was seen, and what was seen together") {
  const auto trace = trace_of({"ab", "bac", "ac"});
  const Sessions sessions(trace, kGap);
  const auto bounds = find_bounds(trace, sessions, 2, false, {});
  CHECK(bounds.targets == 3);                    // a, c, c
  CHECK(bounds.target_seen == Approx(2.0 / 3));  // not the first c
  CHECK(bounds.target_pair == Approx(1.0 / 3));  // a then c
  CHECK(bounds.sessions == 2);
  CHECK(find_bounds(trace, sessions, 2, true, {}).target_seen == Approx(1.0 / 3));
}

TEST_CASE("the CPT+ protocol shows five items and asks for the sixth, frozen, in folds") {
  std::vector<std::string> words;
  for (int i = 0; i < 28; ++i) words.push_back(i % 2 == 0 ? "abcdef" : "ghijkl");
  words.push_back("short");
  const auto trace = trace_of(words);
  const auto scores = run_cpt(trace, {}, contenders(trace, {.only = {"markov1"}}), [](double) {});
  REQUIRE(scores.size() == 1);
  CHECK(scores[0].name == "markov1");
  CHECK(scores[0].ranking.steps() == 28);
  CHECK(scores[0].ranking.top(1) == 1);
}

TEST_CASE("nothing is to be foreseen in a uniform trace, and shuffling takes all sense out of another") {
  const auto best = [](const Trace& trace) {
    const Sessions sessions(trace, kGap);
    const auto contender = contenders(trace, {.only = {"ppm2_online"}}).front()();
    return judge(trace, sessions, {.score_from = trace.visits.size() / 2}, *contender).front().ranking.top(1);
  };
  CHECK(best(uniform_trace({.seed = 3, .visits = 20'000, .clients = 50, .resources = 500})) < 0.01);
  auto trace = trace_of(std::vector<std::string>(500, "abcdefghij"));
  CHECK(best(trace) > 0.95);
  shuffle_labels(trace, 5);
  CHECK(best(trace) < 0.25);
}
