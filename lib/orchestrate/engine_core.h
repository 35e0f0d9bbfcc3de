// What an engine does, apart from its thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "learn/journal_disk.h"
#include "orchestrate/act_queue.h"
#include "orchestrate/claim_memory.h"
#include "orchestrate/engine.h"
#include "orchestrate/orchestrate_metrics.h"
#include "orchestrate/orchestration_journal.h"
#include "orchestrate/resource_desk.h"
#include "orchestrate/user_book.h"
#include "orchestrate/virtual_resources.h"
#include "provision/ask_rhythm.h"
#include "provision/learnt_store.h"
#include "provision/provider_calls.h"

namespace harbinger::orchestrate {

/// One thread at a time. `Hands` bring what is called on other threads back to it.
class EngineCore {
 public:
  using Letter = std::function<void(EngineCore&)>;
  using Calls = provision::ProviderCalls;
  struct Hands {
    std::function<void(Letter)> post{};
    std::function<void(Calls::Kind kind, std::size_t target, Calls::What what)> call{};
  };
  /// All targets of the kinds are there.
  EngineCore(OrchestrationEngine::Settings settings, OrchestrationEngine::World world,
             std::unique_ptr<OrchestrationJournal> journal, Hands hands);

  /// What there is from before. Once, first.
  void recover();
  /// Some of them: from one place up to another.
  void heard(const ActBatch& acts, std::size_t from, std::size_t to);
  void shed(std::uint64_t acts) { metrics_.shed = acts; }
  Result<OrchestrationEngine::Claim> claim(ActorKey user, const Need& need, std::string_view request);
  Result<void> release(std::string_view resource);
  Result<void> approve(std::uint64_t action, bool yes);
  std::size_t approve_all();
  void halt(bool halted);
  Result<void> label(ActorKey user, Attribute attribute, std::optional<std::uint8_t> value);
  Result<void> pin(std::vector<AttributeModel::Rule> rules) { return world_.attributes->pin(std::move(rules)); }

  /// Plans for those who are due, so many at most; whether there are more. After acts, and often.
  bool look(std::size_t most);
  /// What time changes. Once a round.
  void round();
  /// Has done what the desk wants done: written down first, then ordered, then told. After everything above.
  void act();
  /// Everything that was learnt is kept.
  void farewell();

  /// What others hear of, since the last time; to be told without a lock.
  struct News {
    std::vector<Action> actions{};
    std::vector<Resource> resources{};
  };
  News take_news() { return std::exchange(news_, {}); }

  Result<OrchestrationEngine::UserState> user(ActorKey user) const;
  std::vector<Resource> resources() const;
  const ResourceDesk& desk() const { return desk_; }
  Result<std::vector<std::string>> why(std::uint64_t action) const;
  OrchestrationEngine::State state() const;

 private:
  struct TargetWatch {
    std::string name{};
    Target* target = nullptr;
    TargetTraits traits{};
    provision::AskRhythm rhythm{};
  };
  struct Told {
    std::string trouble{};
    std::optional<Result<std::vector<Made>>> there{};  ///< when it was asked for a list
    MonotonicTime asked{};
  };

  Moment now() const;
  bool for_real() const { return settings_.mode == Mode::on || settings_.mode == Mode::approval; }
  std::string new_id(std::string_view kind) const;
  std::uint16_t kind_named(std::string_view kind) const;
  SystemLoad system_load() const { return world_.load ? world_.load() : SystemLoad{}; }
  std::vector<std::string> explain(ActorKey user, const UserAttributes& who, UnixMillis date) const;

  std::optional<OrchestrationEngine::Claim> claimed_before(const ClaimMemory::Claimed& before) const;

  // Acts.
  Activity hear(const Activity& act);
  void learn(std::span<const Activity> acts);

  // Targets.
  void ask_targets(MonotonicTime now);
  void ask(std::uint16_t number, MonotonicTime now);
  void told(std::uint16_t number, const Told& told);
  void carry_out(const DeskAct& act);
  TargetOrder order_of(const DeskAct& act) const;

  // Acting.
  bool act_once();
  void spend_numbers();
  void write_down(std::vector<DeskNote> notes, std::vector<DeskAct>& acts);
  std::optional<OrchestrationJournal::Entry> entry_of(const DeskNote& note) const;
  bool write(std::span<const OrchestrationJournal::Entry> entries);
  void retry_journal();
  void publish();

  // What was learnt.
  void remember();
  void keep_learnt();

  OrchestrationEngine::Settings settings_;
  OrchestrationEngine::World world_;
  const std::unique_ptr<OrchestrationJournal> journal_;
  const Hands hands_;
  std::vector<TargetWatch> targets_;
  OrchestrateMetrics metrics_;
  ResourceDesk desk_;
  VirtualResources virtual_;
  UserBook users_;
  ClaimMemory claims_;
  learn::JournalDisk disk_;
  SystemLoad load_{};
  std::size_t idle_looks_ = 100'000;  // left in this round
  std::optional<provision::LearntStore> store_;
  MonotonicTime kept_{};
  std::vector<OrchestrationJournal::Entry> to_write_;  // what the disk did not take yet
  std::uint64_t acts_ = 0;
  News news_;
};

}  // namespace harbinger::orchestrate
