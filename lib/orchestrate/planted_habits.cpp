#include "orchestrate/planted_habits.h"

#include <algorithm>
#include <cmath>

#include "orchestrate/planted_deeds.h"

namespace harbinger::orchestrate::planted {
namespace {

using learn::Chance;

constexpr std::array kSizes{"small", "medium", "large", "xlarge"};
constexpr std::array kEnvironments{"dev", "test", "prod"};
constexpr std::array kSecurityGroups{"open", "standard", "strict"};

// Of beginners, intermediates, experts.
constexpr std::array kFailures{0.16, 0.09, 0.045}, kDenials{0.05, 0.03, 0.015}, kThrottles{0.002, 0.01, 0.02};
constexpr std::array kRepeats{0.18, 0.09, 0.04}, kGapSeconds{34.0, 26.0, 18.0};
constexpr std::array<std::array<double, 3>, 3> kClasses{
    {{0.70, 0.22, 0.08}, {0.40, 0.42, 0.18}, {0.15, 0.45, 0.40}}};  // console, command line, library

std::size_t skill(const AttributeMixture& of) { return of[static_cast<std::size_t>(Attribute::skill)]; }
std::size_t use_case(const AttributeMixture& of) { return of[static_cast<std::size_t>(Attribute::use_case)]; }
std::size_t sensitivity(const AttributeMixture& of) { return of[static_cast<std::size_t>(Attribute::sensitivity)]; }
std::size_t security(const AttributeMixture& of) { return of[static_cast<std::size_t>(Attribute::security)]; }

double likelier(const DeedRow& row, const AttributeMixture& mixture) {
  return row.skill[skill(mixture)] * row.use_case[use_case(mixture)] * row.sensitivity[sensitivity(mixture)] *
         row.security[security(mixture)];
}

std::vector<double> class_weights(const AttributeMixture& mixture) {
  const auto& row = kClasses[skill(mixture)];
  return {row.begin(), row.end()};
}

ActorClass draw_class(const AttributeMixture& mixture, Chance& chance) {
  return static_cast<ActorClass>(static_cast<std::size_t>(ActorClass::console) + chance.draw(class_weights(mixture)));
}

Need need_of(const OpeningRow& row, const AttributeMixture& mixture, std::size_t security_group, int size_shift) {
  Need need;
  need.kind = row.kind;
  need.security = kSecurityGroups[security_group];
  need.count = row.count;
  need.storage_gb = row.storage_gb;
  if (row.family.empty()) return need;
  const bool hurried = sensitivity(mixture) == 0;
  const int size = std::clamp((hurried ? 2 : 0) + (skill(mixture) == 2 ? 1 : 0) + size_shift, 0, 3);
  need.machine = std::string(row.family) + "." + kSizes[static_cast<std::size_t>(size)];
  need.image = row.image;
  need.bandwidth_mbps = hurried ? 1000 : 0;
  return need;
}

}  // namespace

Habits::Habits(const PlantedUsersSettings& settings, std::uint8_t mixture, Chance& chance)
    : noise_(settings.noise),
      mixture_(kPlantedMixtures[mixture]),
      team_(static_cast<unsigned>(chance.below(40))),
      size_habit_(chance.is(0.2) ? 1 : 0),
      usual_class_(draw_class(mixture_, chance)),
      failures_(std::min(0.4, chance.log_normal(kFailures[skill(mixture_)], 0.4))),
      denials_(chance.log_normal(kDenials[skill(mixture_)], 0.4) * (security(mixture_) == 2 ? 1.5 : 1)),
      gap_(chance.log_normal(kGapSeconds[skill(mixture_)], 0.35)),
      latency_(chance.log_normal(sensitivity(mixture_) == 0 ? 80 : 140, 0.5)),
      appetite_(std::clamp((sensitivity(mixture_) == 0 ? 0.65 : 0.5) + 0.15 * chance.normal(), 0.05, 0.95)) {
  for (const auto& row : kDeeds)
    likes_.push_back(row.weight * std::pow(likelier(row, mixture_), settings.clarity) *
                     std::exp(settings.own_taste * chance.normal()));
  for (std::size_t i = 0; i < kOpenings[0].size(); ++i) {
    opening_likes_.push_back(chance.log_normal(1, 0.6));
    security_habits_.push_back(chance.is(0.7) ? security(mixture_) : chance.below(kSecurityGroups.size()));
  }
}

Deed Habits::next_deed(Chance& chance) {
  if (chance.is(noise_))
    last_ = kDeeds[chance.below(kDeeds.size())].deed;
  else if (last_.verb.empty() || !chance.is(failed_ ? 3 * kRepeats[skill(mixture_)] : kRepeats[skill(mixture_)]))
    last_ = kDeeds[chance.draw(likes_)].deed;
  return last_;
}

ActivityOutcome Habits::outcome(const Deed& deed, Chance& chance) {
  const double harder = deed.changes ? 1.4 : 0.8;
  auto outcome = ActivityOutcome::succeeded;
  if (chance.is(failures_ * harder)) outcome = ActivityOutcome::failed;
  if (chance.is(denials_ * harder)) outcome = ActivityOutcome::denied;
  if (chance.is(kThrottles[skill(mixture_)])) outcome = ActivityOutcome::throttled;
  failed_ = outcome != ActivityOutcome::succeeded;
  return outcome;
}

ActorClass Habits::actor_class(Chance& chance) const {
  return chance.is(0.85) ? usual_class_ : draw_class(mixture_, chance);
}

std::string Habits::scope(Chance& chance) const {
  if (!chance.is(0.35)) return "team-" + std::to_string(team_);
  return kEnvironments[chance.is(0.75) ? use_case(mixture_) : chance.below(kEnvironments.size())];
}

double Habits::gap_s(bool may_hurry, Chance& chance) {
  if (burst_ == 0 && may_hurry && chance.is(skill(mixture_) == 2 ? 0.08 : 0.02))
    burst_ = 2 + static_cast<unsigned>(chance.below(4));
  if (burst_ > 0 && may_hurry) {
    --burst_;
    return 0.3 + chance.exponential(1);
  }
  return std::clamp(chance.log_normal(gap_, 0.7), 0.5, 600.0);
}

std::uint32_t Habits::latency_ms(Chance& chance) const {
  if (chance.is(0.4)) return 0;
  return 1 + static_cast<std::uint32_t>(std::min(60'000.0, chance.log_normal(latency_, 0.6)));
}

float Habits::used_cpu(Chance& chance) const {
  return static_cast<float>(std::clamp(appetite_ + 0.1 * chance.normal(), 0.01, 1.0));
}

std::size_t Habits::choose_opening(Chance& chance) const { return chance.draw(opening_likes_); }

Deed Habits::opening(std::size_t which) const { return kOpenings[use_case(mixture_)][which].deed; }

Need Habits::need(std::size_t which, Chance& chance) const {
  const int shift = chance.is(0.1) ? (chance.is(0.5) ? 1 : -1) : size_habit_;
  return need_of(kOpenings[use_case(mixture_)][which], mixture_, security_habits_[which], shift);
}

Need any_need(Chance& chance) {
  const auto mixture = chance.pick(kPlantedMixtures);
  return need_of(kOpenings[chance.below(3)][chance.below(3)], mixture, security(mixture), chance.is(0.5) ? 1 : 0);
}

double first_hour(std::uint8_t mixture, Chance& chance) {
  switch (use_case(kPlantedMixtures[mixture])) {
    case 0:  // Developers work by day.
      return std::fmod(24 + 12 + 3.5 * chance.normal(), 24);
    case 1:  // Tests run by day, or at night.
      return chance.is(0.6) ? std::fmod(24 + 13 + 4 * chance.normal(), 24) : chance.unit() * 7;
    default:
      return chance.unit() * 24;
  }
}

}  // namespace harbinger::orchestrate::planted
