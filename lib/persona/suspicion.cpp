#include "persona/suspicion.h"

#include <algorithm>
#include <cmath>

namespace harbinger::persona {

namespace {

// An act may be as strange as it likes, it counts three deviations. What is one deviation over the usual is no reason yet.
constexpr float kMostStrange = 3, kAllowed = 1;
// With independent acts, sums of this size come up by chance once in some ten thousand acts; a change reaches it in three to eight.
constexpr float kLimit = 6;
constexpr float kUnit = 256;  // of the sums as they are kept
constexpr float kRemembers = 4096, kFirst = 64;

std::uint16_t stored(float sum) { return static_cast<std::uint16_t>(std::clamp(sum * kUnit, 0.0F, 65535.0F)); }

std::uint16_t grown(std::uint16_t sum, float deviations) {
  const float more = std::min(deviations, kMostStrange) - kAllowed;
  return stored(std::max(static_cast<float>(sum) / kUnit + more, 0.0F));
}

}  // namespace

float surprise_of(const Mixture& mixture, std::uint8_t cluster, const ClientState& state, const ActCode& act) {
  // Half of what a resource says its site says again.
  float typical = 0.7F * mixture.ratio(cluster, Part::resource, act.resource) +
                  0.3F * mixture.ratio(cluster, Part::site, act.site) +
                  mixture.ratio(cluster, Part::action, act.action);
  if (act.gap != ActCode::kNoGap) typical += mixture.ratio(cluster, Part::gap, act.gap);
  if (state.recent[0] != 0)
    typical += 0.6F * mixture.ratio(cluster, Part::pair, pair_of(ActCode::unpack(state.recent[0]), act));
  return -typical;
}

float Suspicion::Usual::judge(float surprise) {
  const float deviation = (surprise - mean) / std::sqrt(std::max(variance, 0.05F));
  seen = std::min(seen + 1, kRemembers);
  const float rate = 1 / seen, apart = surprise - mean;
  mean += rate * apart;
  variance += rate * (apart * apart - variance);
  return seen < kFirst ? 0 : deviation;
}

bool Suspicion::hear(ClientState& state, const ActCode& act, float network, const Mixture& mixture) {
  const auto persona = state.persona;
  if (persona == 0 || mixture.members(persona) == 0) return false;
  constexpr float kLate = 0.125F, kOffset = 64;  // kept as a positive number
  const float surprise = surprise_of(mixture, persona, state, act);
  const float late = state.surprise == 0 ? surprise : of_late(state);
  state.surprise = std::max<std::uint16_t>(stored(late + kLate * (surprise - late) + kOffset), 1);
  state.cusum = grown(state.cusum, own_[persona].judge(surprise));
  if (std::isfinite(network)) state.net_cusum = grown(state.net_cusum, network_[persona].judge(network));
  return static_cast<float>(std::max(state.cusum, state.net_cusum)) > kLimit * kUnit;
}

void Suspicion::drop(ClientState& state) noexcept { state.cusum = state.net_cusum = 0; }

float Suspicion::alarm_at(std::uint8_t persona) const {
  return own_[persona].mean + kAllowed * std::sqrt(std::max(own_[persona].variance, 0.05F));
}

float Suspicion::of_late(const ClientState& state) noexcept {
  return state.surprise == 0 ? 0 : static_cast<float>(state.surprise) / kUnit - 64;
}

float Suspicion::steadiness(const ClientState& state) noexcept {
  constexpr float kKnown = 64;
  const float suspect = static_cast<float>(std::max(state.cusum, state.net_cusum)) / (kLimit * kUnit);
  const float known = std::min(static_cast<float>(state.events) / kKnown, 1.0F);
  return std::clamp(1 - suspect, 0.0F, 1.0F) * known;
}

void Suspicion::write(std::array<float, kNumbers>& to) const {
  std::size_t at = 0;
  for (const auto* all : {&own_, &network_})
    for (const auto& each : *all) to[at++] = each.mean, to[at++] = each.variance, to[at++] = each.seen;
}

void Suspicion::read(const std::array<float, kNumbers>& from) {
  std::size_t at = 0;
  for (auto* all : {&own_, &network_})
    for (auto& each : *all) each.mean = from[at++], each.variance = from[at++], each.seen = from[at++];
}

}  // namespace harbinger::persona
