#include "persona/trainer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace harbinger::persona {

namespace {

constexpr std::size_t kPortion = 64;  // sequences that are judged between two rests
constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

std::vector<Network::Sequence> views(std::span<const TrainingWindows::Sequence> sequences) {
  std::vector<Network::Sequence> seen;
  seen.reserve(sequences.size());
  for (const auto& each : sequences) seen.push_back(each.view());
  return seen;
}

std::uint64_t next(std::uint64_t& random) {
  random ^= random << 13;
  random ^= random >> 7;
  random ^= random << 17;
  return random;
}

}  // namespace

double mean_loss(Network& network, std::span<const TrainingWindows::Sequence> sequences, const Trainer::Rest& rest) {
  double sum = 0, acts = 0;
  for (std::size_t at = 0; at < sequences.size(); at += kPortion) {
    const auto part = sequences.subspan(at, std::min(kPortion, sequences.size() - at));
    double weight = 0;
    for (const auto& each : part) weight += each.length;
    sum += network.loss(views(part)) * weight;
    acts += weight;
    if (!rest()) return kNoNumber;
  }
  return acts > 0 ? sum / acts : kNoNumber;
}

void Trainer::note(std::span<const Noted> acts, std::uint32_t now_s, std::vector<std::uint32_t>& followed) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  for (std::size_t i = 0; i < acts.size(); ++i)
    if (windows_.note(acts[i].client, acts[i].code, now_s)) followed.push_back(static_cast<std::uint32_t>(i));
}

void Trainer::recall(std::span<const Noted> acts, std::uint32_t now_s) {
  const std::lock_guard guard(mutex_);
  for (const auto& each : acts) windows_.note(each.client, each.code, now_s);
}

void Trainer::offer(std::span<const std::uint8_t> weights) {
  const std::lock_guard guard(mutex_);
  offered_.assign(weights.begin(), weights.end());
}

Trainer::Better Trainer::take_better() {
  const std::lock_guard guard(mutex_);
  return std::exchange(better_, {});
}

Trainer::State Trainer::state() const {
  const std::lock_guard guard(mutex_);
  return state_;
}

bool Trainer::due() const {
  const std::lock_guard guard(mutex_);
  if (windows_.held_out().size() < settings_.judges) return false;
  return !offered_.empty() || windows_.so_far() - trained_up_to_ >= settings_.fresh;
}

void Trainer::round(const Rest& rest) {
  if (!due() || !judge_offered(rest)) return;
  {
    const std::lock_guard guard(mutex_);
    if (windows_.so_far() - trained_up_to_ < settings_.fresh) return;
    trained_up_to_ = windows_.so_far();
  }
  if (!candidate_) candidate_ = present_->clone();
  if (!train(rest)) return;
  const auto judged = judge(*candidate_, rest);
  // A refused candidate has lost its way: the next one sets out from the present network.
  if (judged && !decide(*candidate_, *judged, true)) candidate_.reset();
}

bool Trainer::judge_offered(const Rest& rest) {
  std::vector<std::uint8_t> weights;
  {
    const std::lock_guard guard(mutex_);
    weights.swap(offered_);
  }
  if (weights.empty()) return true;
  auto theirs = present_->clone();
  if (!theirs->load(weights)) {
    const std::lock_guard guard(mutex_);
    ++state_.refused;
    return true;
  }
  const auto judged = judge(*theirs, rest);
  if (!judged) return false;
  if (decide(*theirs, *judged, false)) candidate_.reset();
  return true;
}

std::vector<Trainer::Sequence> Trainer::some() {
  std::vector<Sequence> chosen;
  chosen.reserve(settings_.batch);
  const std::lock_guard guard(mutex_);
  const auto& all = windows_.trained();
  for (std::size_t i = 0; i < settings_.batch; ++i) chosen.push_back(all[next(random_) % all.size()]);
  return chosen;
}

bool Trainer::train(const Rest& rest) {
  for (std::size_t step = 0; step < settings_.steps; ++step) {
    const auto chosen = some();
    if (!std::isfinite(candidate_->train(views(chosen)))) break;  // judging will refuse it, or see that it recovered
    if (!rest()) return false;
  }
  return true;
}

std::optional<Trainer::Judged> Trainer::judge(Network& candidate, const Rest& rest) {
  std::vector<Sequence> held_out;
  {
    const std::lock_guard guard(mutex_);
    held_out = windows_.held_out();
  }
  bool stopped = false;
  const auto watched = [&] { return !(stopped = !rest()); };
  Judged judged;
  judged.present = mean_loss(*present_, held_out, watched);
  if (!stopped) judged.candidate = mean_loss(candidate, held_out, watched);
  if (stopped) return std::nullopt;
  judged.untrained = untrained_loss(held_out);
  return judged;
}

bool Trainer::decide(Network& candidate, const Judged& judged, bool ours) {
  // A present network whose loss is no number is worse than any that has one.
  const bool better = std::isfinite(judged.candidate) && !(judged.candidate > judged.present);
  std::unique_ptr<Network> out;
  if (better) {
    present_ = candidate.clone();
    out = candidate.clone();
  }
  const std::lock_guard guard(mutex_);
  state_.untrained_loss = judged.untrained;
  state_.held_out_loss = better ? judged.candidate : judged.present;
  ++(better ? state_.published : state_.refused);
  if (better) better_ = {std::move(out), ours};
  return better;
}

// What counting how often each target came, in what is trained on, would have lost on what is held out.
double Trainer::untrained_loss(std::span<const Sequence> held_out) const {
  std::array<double, EventCode::kTargets> counts;
  counts.fill(1);
  double all = EventCode::kTargets;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& sequence : windows_.trained())
      for (const auto& act : sequence.view()) ++counts[act.target], ++all;
  }
  double sum = 0, acts = 0;
  for (const auto& sequence : held_out)
    for (const auto& act : sequence.view()) sum -= std::log(counts[act.target] / all), ++acts;
  return acts > 0 ? sum / acts : 0;
}

}  // namespace harbinger::persona
