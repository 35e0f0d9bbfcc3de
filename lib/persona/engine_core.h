// What the engine's thread alone touches: clients, network, clusters, and all that is done with them.
#pragma once

#include <bitset>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "persona/act_journal.h"
#include "persona/asks.h"
#include "persona/checkpoint.h"
#include "persona/client_store.h"
#include "persona/distiller.h"
#include "persona/engine.h"
#include "persona/engine_counts.h"
#include "persona/sharing.h"
#include "persona/table_versions.h"
#include "persona/token_issuer.h"
#include "persona/trainer.h"
#include "persona/watchers.h"
#include "persona/waves.h"

namespace harbinger::persona {

/// One thread, but for what says otherwise.
class EngineCore {
 public:
  /// Trainer and journal may be null; they and the watchers outlive the core.
  struct Neighbours {
    std::shared_ptr<Mailbox> mailbox;
    Watchers* watchers = nullptr;
    Trainer* trainer = nullptr;
    ActJournal* journal = nullptr;
  };
  EngineCore(const EngineSettings& settings, std::shared_ptr<const Catalogue> catalogue,
             std::unique_ptr<Network> network, std::unique_ptr<Share> share, const EngineWorld& world,
             const Neighbours& neighbours, std::unique_ptr<Clusters> clusters);

  // core_acts.cpp
  /// Takes the block's acts through network and clusters. `pressed`: one client gets no more than its share. `between` is called between two steps of the
  /// network, for those who do not want to wait for all of them.
  void deal_with(ActBlock& block, bool pressed, const std::function<void()>& between);

  // core_asks.cpp
  /// Answers at once, or when what other engines know was heard.
  void take(std::shared_ptr<Asks> asks);
  /// Answers those who have waited for other engines as long as `patience`. True when others still wait.
  bool answer_late(Duration patience);
  Result<PersonaExplanation> explain(ClientKey client) const;

  // core_duties.cpp
  /// What has to be done from time to time, as far as it is due, or all of it.
  void duties(bool all);
  /// Tells watchers what changed.
  void tell();
  /// The next portion of what takes long. False when there is nothing.
  bool go_on();
  std::vector<PersonaProfile> personas() const { return clusters_->personas(); }
  /// An operator's change of the personas.
  Result<void> change(const std::function<Result<void>(Clusters&)>& work);
  /// No more threads of others.
  void end_sharing() { sharing_.end(); }

  // core_state.cpp
  /// Before anything else: goes on where the last checkpoint in the folder stopped.
  Result<void> load(const std::filesystem::path& folder, const Secret& secret);
  /// Begins a checkpoint, which `go_on` goes on with. `done` comes when it is written, or could not be. After one that is in
  /// progress, another one follows.
  void save(std::function<void(const Result<void>&)> done);
  bool saving() const { return writer_ != nullptr; }
  std::unique_ptr<Network> clone_network() const { return network_->clone(); }

  const EngineCounts& counts() const { return counts_; }
  const EngineDetail& detail() const { return detail_; }
  std::uint64_t clients() const { return store_.size(); }
  std::size_t bytes() const { return store_.bytes(); }
  UnixMillis now() const;

 private:
  using Verdict = Clusters::Verdict;
  using Places = std::span<const Waves::Place>;

  void step(const ActBlock& block, Places places, UnixMillis now);
  void before_step(const ActBlock& block, Places places);
  void after_step(const ActBlock& block, Places places, UnixMillis now);
  void distil_from(const BehaviourEvent& act, const Client& client, std::size_t row);
  void heed(Client& client, const Verdict& verdict, UnixMillis now);
  void ask_about(std::span<const std::uint32_t> fresh);
  void train_on(const ActBlock& block);

  PersonaAssignment answer(const PersonaAsk& ask, UnixMillis now);
  void answer(Asks& asks);
  void hear(ClientKey client, const Share::Known& known, bool asked);
  void hear(const PersonaAssignment& assignment);
  bool gives_way(const Client& client, const PersonaAssignment& heard, UnixMillis now) const;
  void hear(const std::string& table, std::uint64_t version, std::span<const std::uint8_t> octets);
  void give(Client& client, const Verdict& verdict, UnixMillis now);
  void count_shown(const Client* client, const PersonaAsk& ask, UnixMillis now);

  void tend(UnixMillis now);
  void distil(UnixMillis now);
  void take_better_network(UnixMillis now);
  void personas_changed();
  void share_clusters(std::uint64_t version);
  bool resettle();
  bool go_on_saving();
  void put_next_section();
  void saved(const Result<void>& result);
  void restore(const Client& client, std::uint32_t seen_s, std::uint32_t now_s);

  const EngineSettings settings_;
  const std::shared_ptr<const Catalogue> catalogue_;
  std::unique_ptr<Network> network_;
  const std::unique_ptr<Clusters> clusters_;
  const EngineWorld world_;
  const Neighbours neighbours_;
  Random& random_;
  ClientStore store_;
  TokenIssuer issuer_;
  Sharing sharing_;
  Distiller distiller_;
  EngineCounts counts_;
  EngineDetail detail_;
  PersonaUpdate update_;  // what watchers have not been told

  // Of the block that is dealt with.
  Waves waves_;
  std::vector<EventCode> codes_;
  std::vector<float> hidden_, surprise_;
  std::vector<Trainer::Noted> noted_;
  std::vector<std::uint32_t> noted_acts_, followed_;
  std::vector<BehaviourEvent> journalled_;
  bool every_act_distilled_ = true;
  std::uint32_t act_number_ = 0;
  std::uint32_t dealt_with_ = 0;  // the block whose clients keep their slots; 0: none

  std::deque<std::shared_ptr<Asks>> waiting_;  // for other engines, the longest first; some may be answered by now

  MonotonicTime tended_, checkpoint_due_;
  TableVersions versions_;          // of the shared tables that were published or adopted last
  bool clusters_unshared_ = false;  // they changed after that
  TableVersions saved_versions_;    // of what the checkpoint in progress holds
  std::bitset<256> known_personas_;
  std::uint32_t resettled_ = ClientStore::kNone;  // next slot to look at; kNone: nothing to do

  Secret secret_{};
  std::unique_ptr<CheckpointWriter> writer_;
  std::vector<std::function<void(const Result<void>&)>> saving_for_, saving_next_for_;
  std::uint32_t next_saved_ = 0;
  bool all_put_ = false;
  MonotonicTime saving_since_;
  Duration longest_pause_{};
};

}  // namespace harbinger::persona
