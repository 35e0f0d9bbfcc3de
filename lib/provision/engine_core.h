// What an engine does, apart from its thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "learn/journal_disk.h"
#include "provision/ask_rhythm.h"
#include "provision/dry_run.h"
#include "provision/engine.h"
#include "provision/evidence.h"
#include "provision/instance_desk.h"
#include "provision/instance_probes.h"
#include "provision/learnt_store.h"
#include "provision/provider_calls.h"
#include "provision/provision_journal.h"
#include "provision/provision_metrics.h"

namespace harbinger::provision {

/// One thread at a time. `Hands` bring what is called on other threads back to it.
class EngineCore {
 public:
  using Letter = std::function<void(EngineCore&)>;
  struct Hands {
    std::function<void(Letter)> post{};
    std::function<void(ProviderCalls::Kind kind, std::size_t provider, ProviderCalls::What what)> call{};
    InstanceProbes* probes = nullptr;
  };
  /// All providers of the templates are there.
  EngineCore(ProvisioningEngine::Settings settings, ProvisioningEngine::World world,
             std::unique_ptr<ProvisionJournal> journal, Hands hands);

  /// What there is from before. Once, first.
  void recover();
  void wished(const WishEvent& event);
  void led(std::uint16_t pool, std::size_t lead, float count);
  void lost(std::uint64_t events) { lost_ = events; }
  void invalidate(std::uint64_t tag, std::optional<std::uint64_t> instead);
  Result<ProvisioningEngine::Registration> ask_for(std::uint64_t tag, std::string_view pool);
  Result<void> release(std::string_view id);
  void halt(bool halted);
  void probed(const std::string& id, bool well, const std::string& why);

  /// Steps of sizers, and orders for what is missing. Often.
  void look();
  /// What time changes. Once a round.
  void round();
  /// Has done what the desk wants done: written down first, then ordered, then told. After everything above.
  void act();
  /// Ends what would not go on without us; returns once it is asked for.
  void farewell();

  /// What others hear of, since the last time; to be told without a lock.
  struct News {
    std::vector<Wish> changed{};
    std::vector<ProvisioningEngine::InstanceState> instances{};
  };
  News take_news() { return std::exchange(news_, {}); }

  ProvisioningEngine::State state() const;
  Result<ProvisioningEngine::Why> why(std::string_view pool) const;

 private:
  struct ProviderWatch {
    std::string name{};
    Provider* provider = nullptr;
    ProviderTraits traits{};
    AskRhythm rhythm{};
  };
  struct Sizing {
    std::unique_ptr<PoolSizer> sizer;
    Duration step{};
    MonotonicTime due{};
  };

  bool runs() const { return settings_.mode == Mode::on; }
  MonotonicTime now() const { return world_.clock->now(); }
  UnixMillis calendar() const;
  const PoolSettings& pool_of(const Instance& instance) const { return settings_.pools[instance.pool]; }
  std::string new_id(std::string_view pool) const;

  // Providers.
  void ask_providers(MonotonicTime now);
  void ask(std::uint16_t number, MonotonicTime now);
  struct Told {
    std::string trouble{};
    bool resizes = false;
    std::optional<Result<std::vector<Found>>> found{};  ///< when it was asked for a list
    MonotonicTime asked{};
  };
  void heard(std::uint16_t number, const Told& told);
  void order(const Act& act);
  void carry_out(const Act& act);

  // Acting.
  bool act_once();
  void write_down(std::vector<Note> notes, std::vector<Act>& acts);
  std::optional<ProvisionJournal::Entry> entry_of(const Note& note);
  bool write(std::span<const ProvisionJournal::Entry> entries);
  void retry_journal();
  void moved(const Instance& instance);
  void watch(const Instance& instance);
  void publish();
  bool may_publish() const;
  std::optional<Assignment> fallback_of(std::uint16_t pool) const;
  void would_order(const Act& act);

  void step_sizers(MonotonicTime now);
  void remember();
  void keep_learnt();
  void count();
  ProvisioningEngine::InstanceState state_of(const Instance& instance) const;
  std::string verdict(const InstanceDesk::PoolView& view) const;
  Result<std::uint16_t> pool_named(std::string_view name) const;

  ProvisioningEngine::Settings settings_;
  ProvisioningEngine::World world_;
  const std::unique_ptr<ProvisionJournal> journal_;
  const Hands hands_;
  std::vector<ProviderWatch> providers_;
  ProvisionMetrics metrics_;
  Evidence evidence_;
  InstanceDesk desk_;
  learn::JournalDisk disk_;
  DryRun dry_;
  std::vector<Sizing> sizers_;
  std::optional<LearntStore> store_;
  MonotonicTime kept_{};
  std::vector<ProvisionJournal::Entry> to_write_;  // ends that the disk did not take yet
  bool published_ = false;
  MonotonicTime began_{};
  std::uint64_t lost_ = 0;
  News news_;
};

}  // namespace harbinger::provision
