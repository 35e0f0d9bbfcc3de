#include "orchestrate/belief_runs.h"

#include <algorithm>
#include <cmath>

namespace harbinger::orchestrate {
namespace {

using Run = BeliefRuns::Run;

// A change about every two hundred acts; looked for at every third one.
constexpr std::uint8_t kEvery = 3;
constexpr float kChange = kEvery * 0.005F;
// All runs count alike what acts say, whatever their length: else short ones would seem to explain more.
constexpr float kEvidence = 0.6F;
constexpr float kMostActs = 64;       // of a run; then the older ones fade
constexpr std::size_t kTooYoung = 3;  // runs that have not shown yet what they are

std::span<Run> live(BeliefRuns& runs) { return std::span(runs.runs).first(runs.count); }
std::span<const Run> live(const BeliefRuns& runs) { return std::span(runs.runs).first(runs.count); }

// What heads say of one attribute if the run is right; returns the logarithm of how well that explains its acts.
float by_heads(const Run& run, const AttributeHeads& heads, std::size_t attribute, float temper,
               std::span<float> chances) {
  const auto sums = scores_of(run.sums.heads, attribute);
  const float most = temper * *std::ranges::max_element(sums);
  float all = 0;
  for (std::size_t i = 0; i < chances.size(); ++i)
    all += chances[i] = heads.may_be(kFirstValue[attribute] + i) ? std::exp(temper * sums[i] - most) : 0;
  if (all <= 0) return 0;
  for (auto& chance : chances) chance /= all;
  return most + std::log(all / static_cast<float>(chances.size()));
}

float explained(const Run& run, const Learnt& learnt) {
  if (!learnt.kinds.empty()) return learnt.kinds.explained(run.sums.kinds, kEvidence);
  std::array<float, kMostValues> unused{};
  float all = 0;
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute)
    if (learnt.heads.knows(attribute))
      all += by_heads(run, learnt.heads, attribute, kEvidence,
                      std::span(unused).first(values_of(static_cast<Attribute>(attribute)).size()));
  return all;
}

void fade(Run& run, const Learnt& learnt) {
  const float before = explained(run, learnt);
  const float keep = 1 - 1 / kMostActs;
  run.acts *= keep;
  for (auto& sum : run.sums.heads) sum *= keep;
  for (auto& sum : run.sums.kinds) sum *= keep;
  // What was explained stays explained, or younger runs would seem to explain more.
  run.begun += before - explained(run, learnt);
}

void add_act(Run& run, const ActSays& says, const Learnt& learnt) {
  if (run.acts >= kMostActs) fade(run, learnt);
  run.acts += 1;
  for (std::size_t i = 0; i < kValues; ++i) run.sums.heads[i] += says.heads[i];
  for (std::size_t k = 0; k < UserKinds::kMost; ++k) run.sums.kinds[k] += says.kinds[k];
}

void begin_run(BeliefRuns& runs) {
  Run run;
  float all = 0;
  for (const auto& one : live(runs)) all += std::exp(one.weight);
  if (runs.count > 0) run.begun = std::log(all) + std::log(kChange);
  if (runs.count == BeliefRuns::kMost) {
    // The least probable makes room, but not one that is too young to show what it is.
    const auto old = live(runs);
    const auto gone = std::ranges::min_element(old.first(old.size() - kTooYoung), {}, &Run::weight);
    std::move(gone + 1, old.end(), gone);
    --runs.count;
  }
  runs.runs[runs.count++] = run;
  runs.until_next = kEvery;
}

void weigh(BeliefRuns& runs, const Learnt& learnt) {
  float most = -HUGE_VALF;
  for (auto& run : live(runs)) {
    run.weight = run.begun + run.acts / kEvery * std::log(1 - kChange) + explained(run, learnt);
    most = std::max(most, run.weight);
  }
  for (auto& run : live(runs)) {
    run.weight -= most;
    run.begun -= most;
  }
}

// What one run says of all attributes.
std::array<float, kValues> values_by(const Run& run, const UserKinds::Chances& kinds, const Learnt& learnt) {
  std::array<float, kValues> values{};
  for (std::size_t attribute = 0; attribute < kAttributes; ++attribute) {
    if (!learnt.heads.knows(attribute)) continue;
    const auto mine = scores_of(values, attribute);
    by_heads(run, learnt.heads, attribute, AttributeHeads::temper(run.acts), mine);
    const float share = learnt.by_kinds[attribute];
    for (std::size_t v = 0; v < mine.size(); ++v) {
      float from_kinds = 0;
      const auto& all = learnt.kinds.kinds();
      for (std::size_t k = 0; k < all.size(); ++k) from_kinds += kinds[k] * all[k].values[kFirstValue[attribute] + v];
      mine[v] = share * from_kinds + (1 - share) * mine[v];
    }
    sharpen(mine, learnt.sharpness[attribute]);
  }
  return values;
}

}  // namespace

void take_act(BeliefRuns& runs, const ActSays& says, const Learnt& learnt) noexcept {
  if (runs.until_next == 0) begin_run(runs);
  --runs.until_next;
  for (auto& run : live(runs)) add_act(run, says, learnt);
  weigh(runs, learnt);
}

Beliefs beliefs_of(const BeliefRuns& runs, const Learnt& learnt) noexcept {
  Beliefs beliefs;
  float all = 0;
  for (const auto& run : live(runs)) {
    const float weight = std::exp(run.weight);
    if (weight < 1e-4F) continue;
    all += weight;
    const auto kinds = learnt.kinds.chances(run.sums.kinds, run.acts);
    const auto values = values_by(run, kinds, learnt);
    for (std::size_t i = 0; i < kValues; ++i) beliefs.values[i] += weight * values[i];
    for (std::size_t k = 0; k < UserKinds::kMost; ++k) beliefs.kinds[k] += weight * kinds[k];
  }
  if (all <= 0) return beliefs;
  for (auto& value : beliefs.values) value /= all;
  for (auto& kind : beliefs.kinds) kind /= all;
  return beliefs;
}

}  // namespace harbinger::orchestrate
