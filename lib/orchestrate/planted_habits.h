// What made-up users do, how, and what they need, by their attributes.
#pragma once

#include <string_view>
#include <vector>

#include "learn/chance.h"
#include "orchestrate/planted_users.h"

namespace harbinger::orchestrate::planted {

/// An act that anybody may do.
struct Deed {
  std::string_view verb, kind;
  bool changes = false;
};

/// How one user acts while he is of one mixture.
class Habits {
 public:
  Habits(const PlantedUsersSettings& settings, std::uint8_t mixture, learn::Chance& chance);

  Deed next_deed(learn::Chance& chance);
  ActivityOutcome outcome(const Deed& deed, learn::Chance& chance);
  ActorClass actor_class(learn::Chance& chance) const;
  std::string scope(learn::Chance& chance) const;
  /// Seconds until the next act; bursts only where `may_hurry`.
  double gap_s(bool may_hurry, learn::Chance& chance);
  std::uint32_t latency_ms(learn::Chance& chance) const;
  float used_cpu(learn::Chance& chance) const;

  /// Which of the needs that go with the use case comes next.
  std::size_t choose_opening(learn::Chance& chance) const;
  Deed opening(std::size_t which) const;
  Need need(std::size_t which, learn::Chance& chance) const;

 private:
  double noise_;
  AttributeMixture mixture_;
  std::vector<double> likes_, opening_likes_;
  std::vector<std::size_t> security_habits_;  ///< of each opening
  Deed last_{};
  bool failed_ = false;
  unsigned burst_ = 0, team_;
  int size_habit_ = 0;
  ActorClass usual_class_;
  double failures_, denials_, gap_, latency_, appetite_;
};

/// Any need of anybody.
Need any_need(learn::Chance& chance);
/// Hour of the day (UTC) at which somebody of the mixture begins.
double first_hour(std::uint8_t mixture, learn::Chance& chance);

}  // namespace harbinger::orchestrate::planted
