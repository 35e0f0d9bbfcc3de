// What is done from time to time: tending the clusters, taking over better networks, telling watchers and other engines.
#include <algorithm>
#include <chrono>

#include "base/calendar.h"
#include "persona/engine_core.h"

namespace harbinger::persona {

namespace {

using namespace std::chrono_literals;

constexpr auto kTendEvery = 1s;
constexpr UnixMillis kTableEvery = 10'000;  // between two versions of the shared clusters, ours or others'
constexpr std::uint32_t kResettled = 512;   // clients that are looked at in one portion

}  // namespace

EngineCore::EngineCore(const EngineSettings& settings, std::shared_ptr<const Catalogue> catalogue,
                       std::unique_ptr<Network> network, std::unique_ptr<Share> share, const EngineWorld& world,
                       const Neighbours& neighbours, std::unique_ptr<Clusters> clusters)
    : settings_(settings),
      catalogue_(std::move(catalogue)),
      network_(std::move(network)),
      clusters_(std::move(clusters)),
      world_(world),
      neighbours_(neighbours),
      random_(*world.random),
      store_(settings.clients, random_.next()),
      issuer_(random_, settings.shortest_life, settings.longest_life),
      sharing_(std::move(share), neighbours.mailbox),
      tended_(world.clock->now()),
      checkpoint_due_(tended_ + settings.checkpoint_every) {
  for (const auto& each : clusters_->personas()) known_personas_.set(each.id);
  sharing_.watch({.assigned = [this](const PersonaAssignment& assignment) { hear(assignment); },
                  .table = [this](const std::string& name, std::uint64_t version,
                                  const std::vector<std::uint8_t>& octets) { hear(name, version, octets); }});
}

UnixMillis EngineCore::now() const { return calendar_ms(*world_.clock); }

void EngineCore::duties(bool all) {
  const auto now = this->now();
  take_better_network(now);
  const auto clock = world_.clock->now();
  if (all || clock - tended_ >= kTendEvery) {
    tended_ = clock;
    tend(now);
    distil(now);
  }
  if (settings_.state && clock >= checkpoint_due_ && !saving()) save({});
  tell();
}

// A checkpoint's clients refer to its clusters: they stay as they are while one is made.
void EngineCore::tend(UnixMillis now) {
  if (saving()) return;
  if (clusters_->tend(now)) {
    personas_changed();
    clusters_unshared_ = true;
  }
  const auto version = static_cast<std::uint64_t>(now);
  if (clusters_unshared_ && version >= versions_.clusters + kTableEvery) share_clusters(version);
}

void EngineCore::share_clusters(std::uint64_t version) {
  clusters_unshared_ = false;
  if (!sharing_.there()) return;
  versions_.clusters = version;
  sharing_.publish_table("clusters", version, clusters_->save());
}

void EngineCore::personas_changed() {
  update_.catalogue = clusters_->personas();
  update_.has_catalogue = true;
  known_personas_.reset();
  for (const auto& each : update_.catalogue) known_personas_.set(each.id);
  resettled_ = 0;
}

// The network is only heard where it is better than counting.
void EngineCore::distil(UnixMillis now) {
  if (!neighbours_.trainer || neighbours_.watchers->none()) return;
  const auto state = neighbours_.trainer->state();
  if (state.untrained_loss > 0 && state.held_out_loss < state.untrained_loss)
    distiller_.distil(*network_, now, update_.successors);
}

// Clients keep their states: the new network was trained on from the old one, reads them nearly as its own, and overwrites them with every act.
void EngineCore::take_better_network(UnixMillis now) {
  if (!neighbours_.trainer) return;
  auto better = neighbours_.trainer->take_better();
  if (!better.network) return;
  network_ = std::move(better.network);
  if (!better.ours || !sharing_.there()) return;
  versions_.network = static_cast<std::uint64_t>(now);
  sharing_.publish_table("network", versions_.network, network_->save());
}

void EngineCore::hear(const std::string& table, std::uint64_t version, std::span<const std::uint8_t> octets) {
  auto& present = table == "network" ? versions_.network : versions_.clusters;
  if ((table != "network" && table != "clusters") || version <= present) return;
  // A network is judged before it is used, where there is a judge.
  if (table == "network" && neighbours_.trainer) {
    present = version;
    return neighbours_.trainer->offer(octets);
  }
  const auto loaded = table == "network" ? network_->load(octets) : clusters_->load(octets);
  if (!loaded)
    return world_.log.warning("share", "cannot use the " + table + " of another engine: " + loaded.error().message);
  present = version;
  if (table == "network") return;
  clusters_unshared_ = false;
  personas_changed();
}

void EngineCore::tell() {
  if (!update_.has_catalogue && update_.assignments.empty() && update_.successors.empty()) return;
  neighbours_.watchers->tell(update_);
  update_ = {};
}

bool EngineCore::go_on() {
  const bool behind = neighbours_.watchers->go_on(store_, issuer_, now(), [this] { return clusters_->personas(); });
  const bool unsettled = resettle();
  const bool unsaved = go_on_saving();
  return behind || unsettled || unsaved;
}

// Personas came or went: clients that hold a token of another one than theirs get a new token.
bool EngineCore::resettle() {
  if (resettled_ == ClientStore::kNone) return false;
  const auto now = this->now();
  const auto end = std::min(store_.size(), resettled_ + kResettled);
  for (; resettled_ < end; ++resettled_) {
    auto& client = store_.at(resettled_);
    if (!issuer_.alive(client, now) || (client.by_rule && known_personas_.test(client.persona))) continue;
    const auto verdict = clusters_->look(client.profile, nullptr);
    if (verdict.persona == client.persona) continue;
    client.by_rule = false;
    ++counts_.of(TokenOutcome::taken_back);
    give(client, verdict, now);
    update_.assignments.push_back(assignment_of(client));
  }
  if (resettled_ >= store_.size()) resettled_ = ClientStore::kNone;
  return resettled_ != ClientStore::kNone;
}

Result<void> EngineCore::change(const std::function<Result<void>(Clusters&)>& work) {
  auto changed = work(*clusters_);
  if (!changed) return changed;
  personas_changed();
  // At once, and newer than all before: what other engines made of the old ones must not undo an operator's word.
  share_clusters(std::max(static_cast<std::uint64_t>(now()), versions_.clusters + 1));
  return changed;
}

}  // namespace harbinger::persona
