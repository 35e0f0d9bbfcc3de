#include "persona/planted.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "learn/chance.h"

namespace harbinger::persona {

namespace {

using learn::Chance;

constexpr std::size_t kNamesEach = 40, kChain = 24;
constexpr double kChainFollowed = 0.75;

struct Behaviour {
  std::vector<std::string> names;
  std::vector<double> likes;       ///< of each name
  std::vector<std::size_t> after;  ///< the usual next one; empty: none
  std::vector<double> actions;
  double gap_s = 10, spread = 1;
  bool bursts = false;
};

std::string own_name(std::size_t owner, std::size_t i) {
  return "h" + std::to_string(i) + ".site" + std::to_string(i / 4) + "-" + std::to_string(owner) + ".example";
}

// Half of the names from a pool for all, in an order of its own.
void give_names(Behaviour& behaviour, const PlantedMixture& mixture, std::size_t owner, Chance& chance) {
  for (std::size_t i = 0; i < kNamesEach; ++i)
    behaviour.names.push_back(chance.unit() < mixture.overlap ? own_name(0, chance.below(3 * kNamesEach))
                                                              : own_name(owner + 1, i));
  chance.shuffle(behaviour.names);
}

void give_order(Behaviour& behaviour, Chance& chance) {
  behaviour.after.resize(behaviour.names.size());
  std::iota(behaviour.after.begin(), behaviour.after.end(), std::size_t{0});
  chance.shuffle(behaviour.after);
}

void give_timing(Behaviour& behaviour, std::size_t number) {
  behaviour.gap_s = 0.8 * std::pow(6.0, static_cast<double>(number / 2 % 4));
  behaviour.bursts = number % 2 != 0;
  behaviour.spread = behaviour.bursts ? 0.8 : 0.2;
}

void give_actions(Behaviour& behaviour, std::size_t number) {
  behaviour.actions.assign(static_cast<std::size_t>(Action::limit), 0.04);
  behaviour.actions[number % behaviour.actions.size()] = 0.5;
  behaviour.actions[(number + 3) % behaviour.actions.size()] = 0.25;
}

std::vector<Behaviour> make_behaviours(const PlantedMixture& mixture, Chance& chance) {
  using Differ = PlantedMixture::Differ;
  std::vector<Behaviour> behaviours(mixture.behaviours);
  const bool all = mixture.differ == Differ::all;
  for (std::size_t i = 0; i < behaviours.size(); ++i) {
    auto& one = behaviours[i];
    if (all || mixture.differ == Differ::names)
      give_names(one, mixture, i, chance);
    else
      for (std::size_t k = 0; k < kChain; ++k) one.names.push_back(own_name(0, k));
    for (std::size_t k = 0; k < one.names.size(); ++k)
      one.likes.push_back(mixture.differ == Differ::order ? 1 : 1 / static_cast<double>(k + 1));
    if (mixture.differ == Differ::order) give_order(one, chance);
    if (all || mixture.differ == Differ::timing) give_timing(one, all ? chance.below(8) : i);
    one.actions = {1, 0, 0, 0, 0, 0, 0, 0};
    if (all || mixture.differ == Differ::actions) give_actions(one, all ? chance.below(8) : i);
  }
  return behaviours;
}

class Client {
 public:
  Client(const Behaviour& behaviour, double own_taste, Chance& chance)
      : behaviour_(&behaviour), likes_(behaviour.likes) {
    for (auto& like : likes_) like *= std::exp(own_taste * chance.normal());
    at_ = chance.draw(likes_);
  }

  const std::string& next_name(Chance& chance) {
    const bool follows = !behaviour_->after.empty() && chance.unit() < kChainFollowed;
    at_ = follows ? behaviour_->after[at_] : chance.draw(likes_);
    return behaviour_->names[at_];
  }
  double next_gap(Chance& chance) const {
    const bool long_one = behaviour_->bursts && chance.unit() < 0.25;
    const double median = behaviour_->gap_s * (long_one ? 8 : behaviour_->bursts ? 0.3 : 1);
    return median * std::exp(behaviour_->spread * chance.normal());
  }
  Action next_action(Chance& chance) const { return static_cast<Action>(chance.draw(behaviour_->actions)); }

 private:
  const Behaviour* behaviour_;
  std::vector<double> likes_;
  std::size_t at_ = 0;
};

class Planter {
 public:
  explicit Planter(const PlantedMixture& mixture)
      : mixture_(mixture), chance_(mixture.seed), behaviours_(make_behaviours(mixture, chance_)) {
    for (std::size_t i = 0; i < behaviours_.size(); ++i) shares_.push_back(1 / std::sqrt(static_cast<double>(i + 1)));
  }

  PlantedActs plant() {
    for (std::size_t i = 0; i < mixture_.clients; ++i) {
      const auto behaviour = chance_.draw(shares_);
      planted_.first.push_back(static_cast<std::uint32_t>(behaviour));
      live(static_cast<std::uint32_t>(i), behaviour);
    }
    std::ranges::stable_sort(planted_.acts, {}, &PlantedAct::at);
    return std::move(planted_);
  }

 private:
  void live(std::uint32_t number, std::size_t behaviour) {
    Client client(behaviours_[behaviour], mixture_.own_taste, chance_);
    double at = chance_.unit() * static_cast<double>(mixture_.arrivals);
    for (std::size_t act = 0; act < mixture_.acts; ++act) {
      if (mixture_.changes_at != 0 && act == mixture_.changes_at && number % 4 == 0) {
        behaviour = (behaviour + 1 + chance_.below(behaviours_.size() - 1)) % behaviours_.size();
        client = Client(behaviours_[behaviour], mixture_.own_taste, chance_);
      }
      const bool noise = chance_.unit() < mixture_.noise;
      at += 1000 * (noise ? 0.5 * std::exp(2.5 * std::abs(chance_.normal())) : client.next_gap(chance_));
      planted_.acts.push_back(
          {mixture_.starts + static_cast<UnixMillis>(at), number, static_cast<std::uint32_t>(behaviour),
           noise ? own_name(99, chance_.below(400)) : client.next_name(chance_), client.next_action(chance_)});
    }
  }

  PlantedMixture mixture_;
  Chance chance_;
  std::vector<Behaviour> behaviours_;
  std::vector<double> shares_;
  PlantedActs planted_;
};

}  // namespace

PlantedActs plant(const PlantedMixture& mixture) { return Planter(mixture).plant(); }

}  // namespace harbinger::persona
