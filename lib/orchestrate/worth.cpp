#include "orchestrate/worth.h"

#include <algorithm>

namespace harbinger::orchestrate {

namespace {

constexpr double kKeepShare = 0.5;
constexpr double kFull = 0.95;

double hours(Duration time) { return std::chrono::duration<double, std::ratio<3600>>(time).count(); }

}  // namespace

double scarcity(SystemLoad load) {
  const double used = std::max(load.cpu, load.memory);
  return used > 0 ? 1 / (1 - std::min(used, kFull)) : 1;
}

Worth worth_of(const LikelyNeed& likely, const KindSettings& kind, Duration start, Duration given_up, SystemLoad load) {
  const double probability = std::clamp<double>(likely.probability, 0, 1);
  const double rate = kind.idle_cost * likely.need.count * scarcity(load);
  // Who comes, takes it; who does not come leaves it until it is given up.
  const double if_asked = rate * std::min(hours(std::max<Duration>(likely.usually_in - start, {})), hours(given_up));
  const double in_vain = rate * hours(given_up);
  Worth worth;
  worth.idle = probability * if_asked + (1 - probability) * in_vain;
  worth.waiting = probability * kind.cold_cost;
  const double gain = kind.cold_cost + in_vain - if_asked;  // of one more part of probability
  worth.break_even = gain > 0 ? in_vain / gain : 2;
  worth.pays = worth.waiting > worth.idle;
  worth.stays = probability > kKeepShare * worth.break_even;
  return worth;
}

}  // namespace harbinger::orchestrate
