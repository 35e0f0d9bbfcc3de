// Acts: through the network, into the clusters, and what follows for tokens.
#include <algorithm>
#include <cmath>

#include "persona/engine_core.h"

namespace harbinger::persona {

namespace {

constexpr std::size_t kMostOfOne = 32;     // acts of one client in a block, when there are too many
constexpr std::size_t kMostAtOnce = 1024;  // clients in one step of the network: longer ones keep asks waiting
constexpr std::size_t kAhead = 6;          // clients whose memory is fetched ahead
constexpr std::uint32_t kDistilOneIn = 8;

void prefetch(const Client& client) {
  const auto* line = reinterpret_cast<const char*>(&client);
  for (std::size_t i = 0; i < sizeof(Client); i += 64) __builtin_prefetch(line + i, 1);
}

// The device that an ask told, where the sensor did not know.
BehaviourEvent completed(const BehaviourEvent& act, const Client& client) {
  auto event = act;
  if (event.device == DeviceClass::unknown) event.device = client.device;
  return event;
}

}  // namespace

void EngineCore::deal_with(ActBlock& block, bool pressed, const std::function<void()>& between) {
  const auto now = this->now();
  every_act_distilled_ = block.acts.size() < settings_.batch / 4;
  waves_.split(block, store_, static_cast<std::uint32_t>(now / 1000), pressed ? kMostOfOne : SIZE_MAX);
  dealt_with_ = waves_.batch();
  ask_about(waves_.fresh());
  noted_.clear();
  noted_acts_.clear();
  for (std::size_t number = 0; number < waves_.count(); ++number) {
    const auto wave = waves_.wave(number);
    for (std::size_t at = 0; at < wave.size(); at += kMostAtOnce) {
      step(block, wave.subspan(at, std::min(kMostAtOnce, wave.size() - at)), now);
      between();
    }
    counts_.events += wave.size();
  }
  dealt_with_ = 0;
  if (neighbours_.trainer) train_on(block);
}

// What other engines know of clients that are new here: see hear() for what is done with it.
void EngineCore::ask_about(std::span<const std::uint32_t> fresh) {
  if (!sharing_.there()) return;
  for (const auto slot : fresh) {
    const auto client = store_.at(slot).key;
    sharing_.look_up(client, [this, client](const Share::Known& known) { hear(client, known, false); });
  }
}

void EngineCore::step(const ActBlock& block, Places places, UnixMillis now) {
  codes_.resize(places.size());
  hidden_.resize(places.size() * kHidden);
  surprise_.resize(places.size());
  before_step(block, places);
  network_->step(codes_, hidden_, surprise_);
  after_step(block, places, now);
}

void EngineCore::before_step(const ActBlock& block, Places places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i + kAhead < places.size()) prefetch(store_.at(places[i + kAhead].slot));
    const auto& client = store_.at(places[i].slot);
    codes_[i] = encode(completed(block.acts[places[i].act], client), clusters_->last_at(client.profile));
    client.profile.read_hidden(std::span(hidden_).subspan(i * kHidden, kHidden));
  }
}

void EngineCore::after_step(const ActBlock& block, Places places, UnixMillis now) {
  const auto now_s = static_cast<std::uint32_t>(now / 1000);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i + kAhead < places.size()) prefetch(store_.at(places[i + kAhead].slot));
    auto& client = store_.at(places[i].slot);
    const auto act = completed(block.acts[places[i].act], client);
    if (std::isfinite(surprise_[i])) {
      client.profile.write_hidden(std::span(hidden_).subspan(i * kHidden, kHidden));
    } else {
      ++counts_.network_faults;
      surprise_[i] = 0;
    }
    heed(client, clusters_->take(client.profile, act, codes_[i], surprise_[i]), now);
    if (client.acts < UINT32_MAX) ++client.acts;
    distil_from(act, client, i);
    sharing_.publish_profile(client, now_s);
    if (!neighbours_.trainer) continue;
    noted_.push_back({client.key, codes_[i]});
    noted_acts_.push_back(places[i].act);
  }
}

void EngineCore::distil_from(const BehaviourEvent& act, const Client& client, std::size_t row) {
  if (!every_act_distilled_ && ++act_number_ % kDistilOneIn != 0) return;
  distiller_.note(act, codes_[row].target, client.persona, std::span(hidden_).subspan(row * kHidden, kHidden));
}

// Nobody holds a token of a client that has none: what it is, is said when it is asked for.
void EngineCore::heed(Client& client, const Verdict& verdict, UnixMillis now) {
  if (!verdict.changed && !verdict.alarm) return;
  if (client.by_rule || !issuer_.alive(client, now)) return;
  if (!verdict.alarm && verdict.persona == client.persona) return;
  if (verdict.alarm) ++counts_.invalidations;
  ++counts_.of(TokenOutcome::taken_back);
  give(client, verdict, now);
  update_.assignments.push_back(assignment_of(client));
}

void EngineCore::train_on(const ActBlock& block) {
  followed_.clear();
  neighbours_.trainer->note(noted_, static_cast<std::uint32_t>(now() / 1000), followed_);
  if (!neighbours_.journal) return;
  journalled_.clear();
  for (const auto place : followed_) journalled_.push_back(block.acts[noted_acts_[place]]);
  neighbours_.journal->put(journalled_);
}

}  // namespace harbinger::persona
