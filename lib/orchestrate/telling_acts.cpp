#include "orchestrate/telling_acts.h"

#include <algorithm>
#include <cmath>

namespace harbinger::orchestrate {
namespace {

constexpr float kAsIf = 16;      // so many times what is asked for altogether, before an act tells anything
constexpr float kLeast = 0.05F;  // nats below which an act tells nothing
constexpr float kMost = 4096;    // times; then all of them count half

}  // namespace

void TellingActs::Act::add(std::size_t need) noexcept {
  needs[need] += 1, all += 1;
  if (all < kMost) return;
  all /= 2;
  for (auto& each : needs) each /= 2;
}

bool TellingActs::Act::sane() const noexcept {
  const bool positive = std::ranges::all_of(needs, [](float count) { return count >= 0 && count <= kMost; });
  return positive && all >= 0 && all <= kMost;
}

float TellingActs::divergence(const Act& act) const noexcept {
  if (act.all <= 0 || all_.all <= 0) return 0;
  float sum = 0;
  for (std::size_t need = 0; need < kNeeds; ++need) {
    const float usual = all_.needs[need] / all_.all;
    if (usual <= 0) continue;
    const float here = (act.needs[need] + kAsIf * usual) / (act.all + kAsIf);
    sum += here * std::log(here / usual);
  }
  return sum;
}

void TellingActs::learn(const ActTrail& trail, std::uint64_t need) {
  const auto place = static_cast<std::size_t>((need ^ need >> 32) % kNeeds);
  all_.add(place);
  for (auto act = trail.begin(); act != trail.end() && *act != 0; ++act)
    if (std::find(trail.begin(), act, *act) == act) acts_[*act].add(place);
  for (const auto act : trail)
    if (act != 0) acts_[act].tells = divergence(acts_[act]);
}

std::size_t TellingActs::most_telling(const ActTrail& trail) const noexcept {
  std::size_t best = trail.size();
  float most = kLeast;
  for (std::size_t i = 0; i < trail.size() && trail[i] != 0; ++i)
    if (acts_[trail[i]].tells > most) most = acts_[trail[i]].tells, best = i;
  return best;
}

bool TellingActs::restored() noexcept {
  if (!all_.sane() || !std::ranges::all_of(acts_, [](const Act& act) { return act.sane(); })) return false;
  for (auto& act : acts_) act.tells = divergence(act);
  return true;
}

}  // namespace harbinger::orchestrate
