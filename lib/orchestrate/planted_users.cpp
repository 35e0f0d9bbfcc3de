#include "orchestrate/planted_users.h"

#include <algorithm>

#include "orchestrate/planted_habits.h"

namespace harbinger::orchestrate {
namespace {

using learn::Chance;
using planted::Deed;
using planted::Habits;

constexpr std::array kPlatforms{"cloudtrail", "kubernetes", "openstack"};

/// One user's life: quiet acts, an opening, acts on the way to what is needed, the asking, and again.
class Life {
 public:
  Life(const PlantedUsersSettings& settings, std::uint32_t number, const PlantedUser& user, Chance& chance,
       std::vector<PlantedUserAct>& acts)
      : settings_(settings),
        number_(number),
        user_(user),
        chance_(chance),
        acts_(acts),
        habits_(settings, user.mixture, chance),
        mixture_(user.mixture),
        source_(chance.pick(kPlatforms)),
        at_(begins()),
        quiet_(chance.below(10)) {}

  void live() {
    for (; act_ < settings_.acts; ++act_) {
      if (act_ == settings_.changes_at && user_.later != user_.mixture) become_another();
      step();
    }
  }

 private:
  double begins() {
    const double hours = static_cast<double>(settings_.arrivals) / 3'600'000;
    const double hour = hours >= 24 ? planted::first_hour(mixture_, chance_) : chance_.unit() * hours;
    return static_cast<double>(settings_.starts) + hour * 3'600'000;
  }

  void become_another() {
    mixture_ = user_.later;
    habits_ = Habits(settings_, mixture_, chance_);
    opened_ = false;
    quiet_ = 2 + chance_.below(6);
  }

  void step() {
    wait();
    if (opened_ && way_ == 0) return opened_ends();
    if (report_ > 0 && --report_ == 0) return report();
    if (!opened_ && quiet_ == 0) return comes_to_need();
    if (opened_)
      --way_;
    else
      --quiet_;
    put(habits_.next_deed(chance_));
  }

  void wait() {
    at_ += 1000 * habits_.gap_s(!opened_, chance_);
    if (!opened_ && chance_.is(0.03)) at_ += 60'000 * (8 + chance_.exponential(20));  // he does something else
  }

  void comes_to_need() {
    if (chance_.is(settings_.unpredictable)) {
      ask(planted::any_need(chance_)).unpredictable = true;
      return;
    }
    opened_ = true;
    which_ = habits_.choose_opening(chance_);
    opened_by_ = static_cast<std::uint32_t>(act_);
    way_ = 4 + chance_.below(5);
    put(habits_.opening(which_));
  }

  void opened_ends() {
    opened_ = false;
    if (chance_.is(settings_.false_starts)) {
      quiet_ = 3 + chance_.below(6);
      put(habits_.next_deed(chance_));
      return;
    }
    ask(habits_.need(which_, chance_)).opened_by = opened_by_;
  }

  PlantedUserAct& ask(Need need) {
    quiet_ = 3 + chance_.below(8);
    report_ = 2 + chance_.below(2);
    auto& act = put({"Create", need.kind == "volume" ? "volumes" : "instances", true});
    act.outcome = ActivityOutcome::succeeded;
    act.asks = std::move(need);
    act.uses_until = act.at + static_cast<UnixMillis>(60'000 * std::clamp(chance_.log_normal(25, 0.6), 3.0, 240.0));
    return act;
  }

  void report() {
    auto& act = put({"Report", "usage"});
    act.outcome = ActivityOutcome::succeeded;
    act.used_cpu = habits_.used_cpu(chance_);
  }

  PlantedUserAct& put(Deed deed) {
    auto& act = acts_.emplace_back();
    act.user = number_;
    act.actor = user_.actor;
    act.number = static_cast<std::uint32_t>(act_);
    act.mixture = mixture_;
    act.at = static_cast<UnixMillis>(at_);
    act.verb = deed.verb;
    act.kind = deed.kind;
    act.source = source_;
    act.scope = habits_.scope(chance_);
    act.outcome = habits_.outcome(deed, chance_);
    act.actor_class = habits_.actor_class(chance_);
    act.changes = deed.changes;
    act.latency_ms = habits_.latency_ms(chance_);
    return act;
  }

  const PlantedUsersSettings& settings_;
  const std::uint32_t number_;
  const PlantedUser& user_;
  Chance& chance_;
  std::vector<PlantedUserAct>& acts_;
  Habits habits_;
  std::uint8_t mixture_;
  std::string source_;
  double at_;
  std::size_t act_ = 0, quiet_, way_ = 0, report_ = 0, which_ = 0;
  bool opened_ = false;
  std::uint32_t opened_by_ = 0;
};

PlantedUser draw_user(const PlantedUsersSettings& settings, std::size_t number, Chance& chance) {
  PlantedUser user;
  user.actor = chance.next() | 1;
  user.mixture = user.later = static_cast<std::uint8_t>(chance.below(kPlantedMixtures.size()));
  if (settings.changes_at != 0 && number % 4 == 0)
    user.later = static_cast<std::uint8_t>((user.mixture + 1 + chance.below(kPlantedMixtures.size() - 1)) %
                                           kPlantedMixtures.size());
  return user;
}

}  // namespace

Activity PlantedUserAct::activity() const {
  Activity told;
  told.actor = actor;
  told.at = at;
  told.verb = verb;
  told.kind = kind;
  told.source = source;
  told.scope = scope;
  told.outcome = outcome;
  told.actor_class = actor_class;
  told.changes = changes;
  told.latency_ms = latency_ms;
  told.asks = asks ? &*asks : nullptr;
  told.used_cpu = used_cpu;
  told.used_memory = used_memory;
  return told;
}

PlantedUsers plant_users(const PlantedUsersSettings& settings) {
  // Seeds that follow each other give the same numbers, shifted by one; those drawn from them do not.
  Chance chance(Chance(settings.seed).next());
  PlantedUsers planted;
  planted.acts.reserve(settings.users * settings.acts);
  for (std::size_t i = 0; i < settings.users; ++i) {
    planted.users.push_back(draw_user(settings, i, chance));
    Life(settings, static_cast<std::uint32_t>(i), planted.users.back(), chance, planted.acts).live();
  }
  std::ranges::stable_sort(planted.acts, {}, &PlantedUserAct::at);
  return planted;
}

}  // namespace harbinger::orchestrate
