#include "orchestrate/act_reader.h"

#include <algorithm>
#include <string>
#include <vector>

#include "edge/two_generations.h"
#include "persona/module_loader.h"
#include "persona/start_weights.h"

namespace harbinger::orchestrate {
namespace {

constexpr std::uint64_t kSeed = 1;

Outcome outcome_of(ActivityOutcome outcome) {
  switch (outcome) {
    case ActivityOutcome::succeeded:
      return Outcome::served;
    case ActivityOutcome::denied:
    case ActivityOutcome::throttled:
      return Outcome::refused;
    case ActivityOutcome::failed:
      break;
  }
  return Outcome::failed;
}

DeviceClass device_of(ActorClass actor) {
  switch (actor) {
    case ActorClass::console:
      return DeviceClass::desktop;
    case ActorClass::library:
    case ActorClass::service:
      return DeviceClass::server;
    case ActorClass::command_line:
      return DeviceClass::console;
    case ActorClass::unknown:
      break;
  }
  return DeviceClass::unknown;
}

// Dots within a word would make it look like several.
void add_word(std::string& text, std::string_view word) {
  for (const char c : word.substr(0, BehaviourEvent::kMostText / 4)) text += c == '.' ? '-' : c;
}

class NetworkReader final : public ActReader {
 public:
  NetworkReader(std::unique_ptr<persona::Network> network, std::size_t users)
      : network_(std::move(network)), last_at_(2 * std::max<std::size_t>(users, 1)) {}

  std::size_t width() const override { return persona::kHidden; }

  void read(std::span<const Activity> acts, std::span<float> states) override {
    codes_.clear();
    for (const auto& act : acts) {
      auto& last_at = last_at_.at(act.actor);
      codes_.push_back(persona::encode(event_of(act, text_), last_at));
      last_at = std::max(last_at, act.at);
    }
    network_->step(codes_, states, {});
  }

 private:
  std::unique_ptr<persona::Network> network_;
  edge::TwoGenerations<UnixMillis> last_at_;
  std::vector<persona::EventCode> codes_;
  std::string text_;
};

}  // namespace

BehaviourEvent event_of(const Activity& act, std::string& text) {
  text.clear();
  add_word(text, act.verb);
  text += '.';
  add_word(text, act.kind);
  text += '.';
  add_word(text, act.source);
  BehaviourEvent event;
  event.client = act.actor;
  event.at = act.at;
  event.resource = text;
  event.action = act.changes ? Action::api_call : Action::navigation;
  event.device = device_of(act.actor_class);
  event.outcome = outcome_of(act.outcome);
  return event;
}

std::unique_ptr<ActReader> make_act_reader(std::unique_ptr<persona::Network> network, std::size_t users) {
  return std::make_unique<NetworkReader>(std::move(network), users);
}

Result<std::unique_ptr<ActReader>> load_act_reader(std::size_t users) {
  auto network = persona::load_network(kSeed);
  if (!network) return fail(std::move(network.error()));
  if (const auto file = persona::shipped_start_model())
    if (auto loaded = persona::load_weights(**network, *file); !loaded) return fail(std::move(loaded.error()));
  return make_act_reader(std::move(*network), users);
}

}  // namespace harbinger::orchestrate
