#include "orchestrate/ask_timing.h"

#include <algorithm>

#include "provision/state_octets.h"

namespace harbinger::orchestrate {
namespace {

ContextMixer::Settings mixer_settings() {
  ContextMixer::Settings settings;
  settings.inputs = kTimingInputs;
  settings.chain = kTimingChain;
  settings.contexts = 65'536;
  settings.symbols = 16;
  settings.sets = {kKnownLevels};
  settings.calibrated = true;
  return settings;
}

}  // namespace

AskTiming::AskTiming(double horizon_ms) : horizon_ms_(std::max(horizon_ms, 1.0)), mixer_(mixer_settings()) {}

Symbol AskTiming::step_of(double milliseconds) const noexcept {
  const auto at = std::ranges::lower_bound(kEnds, milliseconds / horizon_ms_);
  return static_cast<Symbol>(1 + (at - kEnds.begin()));
}

void AskTiming::predict(const NeedSituation& situation) {
  const auto contexts = timing_contexts(situation, horizon_ms_);
  const std::array selectors{need_selectors(*situation.user)[0]};
  mixer_.predict(contexts, selectors, forecast_);
}

AskTiming::Steps AskTiming::steps_of(const ContextMixer::Forecast& forecast) {
  Steps steps{};
  for (const auto& guess : forecast.guesses)
    if (guess.symbol < steps.size()) steps[guess.symbol] = guess.probability;
  return steps;
}

float AskTiming::within(const Steps& steps) {
  float within = 0;
  for (std::size_t step = 1; step <= kWithin; ++step) within += steps[step];
  return std::min(within, 1.0F);
}

AskTiming::Outlook AskTiming::outlook(const NeedSituation& situation) {
  if (mixer_.learnt() == 0) return {};
  predict(situation);
  const auto steps = steps_of(forecast_);
  const float stated = within(steps);
  Outlook outlook{record_.corrected(0, stated), 0};
  double half = stated / 2;
  for (std::size_t step = 1; step <= kWithin; ++step) {
    const double from = step == 1 ? 0 : kEnds[step - 2], to = kEnds[step - 1];
    if (half <= steps[step] || step == kWithin) {
      outlook.usually_ms =
          horizon_ms_ * (from + (to - from) * (steps[step] > 0 ? std::min(half / steps[step], 1.0) : 0.5));
      break;
    }
    half -= steps[step];
  }
  return outlook;
}

void AskTiming::seen(const NeedSituation& situation) {
  ++offered_;
  const auto full = pending();
  // The fuller it gets the fewer looks are kept: a share that depends on nothing but that.
  const std::uint64_t keeps_one_of = full < kMostPending / 2 ? 2 : full < kMostPending * 3 / 4 ? 8 : 64;
  if (full >= kMostPending || (context_of(offered_) >> 40) % keeps_one_of != 0) return;
  auto& own = of_user_[situation.actor];
  if (own.size() >= kMostOfUser) return;
  own.push_back(first_ + pending_.size());
  pending_.push_back({situation.actor, situation.now, timing_contexts(situation, horizon_ms_),
                      need_selectors(*situation.user)[0], false});
}

void AskTiming::forecast(const Look& look, ContextMixer::Forecast& to) const {
  const std::array selectors{look.selector};
  mixer_.predict(look.contexts, selectors, to);
}

void AskTiming::learn(std::span<const Symbol> steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) record_.learn(0, within(steps_of(together_[i])), steps[i] <= kWithin);
  mixer_.learn(std::span(together_).first(steps.size()), steps);
  over_ += steps.size();
}

// One event tells of all looks at the user, so none of them may be judged by what another one taught.
void AskTiming::asked(ActorKey actor, UnixMillis at) {
  const auto own = of_user_.find(actor);
  if (own == of_user_.end()) return;
  std::array<Symbol, kMostOfUser> steps{};
  for (std::size_t i = 0; i < own->second.size(); ++i) {
    auto& look = pending_[own->second[i] - first_];
    forecast(look, together_[i]);
    steps[i] = step_of(static_cast<double>(std::max<UnixMillis>(at - look.at, 0)));
    look.over = true;
  }
  learn(std::span(steps).first(own->second.size()));
  of_user_.erase(own);
}

void AskTiming::passed(UnixMillis now) {
  while (!pending_.empty()) {
    auto& look = pending_.front();
    if (!look.over) {
      if (static_cast<double>(now - look.at) <= kEnds.back() * horizon_ms_) return;
      forecast(look, together_[0]);
      learn(std::array{static_cast<Symbol>(kEnds.size() + 1)});
      const auto own = of_user_.find(look.actor);
      std::erase(own->second, first_);
      if (own->second.empty()) of_user_.erase(own);
    }
    pending_.pop_front();
    ++first_, --over_;
  }
}

std::vector<float> AskTiming::speaks(const NeedSituation& situation) {
  predict(situation);
  std::vector<float> said(kTimingInputs + 1);
  for (Symbol step = 1; step <= kWithin; ++step) {
    const float share = forecast_.of(step);
    const auto of_step = mixer_.speaks(forecast_, step);
    for (std::size_t i = 0; i < said.size(); ++i) said[i] += share * of_step[i];
  }
  return said;
}

std::vector<std::uint8_t> AskTiming::save() const {
  provision::StateWriter writer;
  auto record = record_;
  record.state(writer);
  const auto mixer = mixer_.save();
  auto& octets = writer.octets();
  octets.insert(octets.end(), mixer.begin(), mixer.end());
  return std::move(octets);
}

Result<void> AskTiming::load(std::span<const std::uint8_t> octets) {
  provision::StateReader reader(octets);
  sequence::Calibration record(kRemembered);
  record.state(reader);
  if (!reader.fine() || !record.sane())
    return fail(ErrorCode::malformed, "what was learnt of when things are asked for");
  if (auto loaded = mixer_.load(reader.rest()); !loaded) return loaded;
  record_ = record;
  return {};
}

}  // namespace harbinger::orchestrate
