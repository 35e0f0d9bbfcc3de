#include "orchestrate/need_judge.h"

#include <algorithm>
#include <cmath>

namespace harbinger::orchestrate {

bool NeedJudge::Tally::add(std::uint64_t came) {
  const auto now = ++times[came];
  if (const auto leader = times.find(most); leader == times.end() || now > leader->second) most = came;
  return now == 1;
}

void NeedJudge::judge(float top, bool hit, float of_actual) {
  constexpr double kKeep = 1 - kFades;
  ++asked_;
  judged_ = judged_ * kKeep + 1;
  hits_ = hits_ * kKeep + (hit ? 1 : 0);
  loss_ = loss_ * kKeep - std::log2(std::max(of_actual, 1e-9F));
  for (auto& level : levels_)
    for (auto& number : level) number *= kKeep;
  auto& level = levels_[std::min(static_cast<std::size_t>(std::clamp(top, 0.0F, 1.0F) * kLevels), kLevels - 1)];
  level[0] += 1, level[1] += top, level[2] += hit ? 1 : 0;
}

void NeedJudge::baselines(std::uint64_t before, std::uint64_t came) {
  const auto known = followers_.find(before);
  const auto follower = known == followers_.end() ? popular_.most : known->second.most;
  const std::array guesses{popular_.most, before, follower};
  for (std::size_t i = 0; i < guesses.size(); ++i)
    baseline_hits_[i] = baseline_hits_[i] * (1 - kFades) + (guesses[i] == came ? 1 : 0);
  // Whoever asks for ever new things makes the tallies begin anew, now and then.
  if (tallied_ >= kMostTallied) popular_ = {}, followers_.clear(), tallied_ = 0;
  for (auto* tally : {&popular_, &followers_[before]}) tallied_ += tally->add(came) ? 1 : 0;
}

NeedModel::Counts NeedJudge::counts() const {
  NeedModel::Counts counts;
  counts.asked = asked_;
  if (judged_ <= 0) return counts;
  counts.top1 = hits_ / judged_;
  counts.log_loss = loss_ / judged_;
  for (const auto& level : levels_) counts.calibration_error += std::abs(level[1] - level[2]) / judged_;
  counts.baseline_top1 = *std::ranges::max_element(baseline_hits_) / judged_;
  return counts;
}

bool NeedJudge::sane() const noexcept {
  const auto fine = [](double number) { return number >= 0 && number < 1e9; };
  for (const auto& level : levels_)
    if (!std::ranges::all_of(level, fine)) return false;
  return fine(judged_) && fine(hits_) && fine(loss_) && std::ranges::all_of(baseline_hits_, fine);
}

}  // namespace harbinger::orchestrate
