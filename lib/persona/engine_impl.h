// The engine: what its users call, and the thread that does the work.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "learn/history_directory.h"
#include "persona/engine_core.h"
#include "persona/training_thread.h"

namespace harbinger::persona {

/// A folder that nobody else uses, and what is in it.
struct StateFolder {
  learn::HistoryDirectory lock;
  Secret secret;
  std::unique_ptr<ActJournal> journal;
};

/// The queue, the mailbox and the asks are the doors; behind them one thread has the core to itself.
class Engine final : public LocalEngine {
 public:
  Engine(const EngineSettings& settings, std::shared_ptr<const Catalogue> catalogue, std::unique_ptr<Network> network,
         std::unique_ptr<Clusters> clusters, std::unique_ptr<Share> share, const EngineWorld& world,
         std::optional<StateFolder> state)
      : settings_(settings),
        world_(world),
        state_folder_(std::move(state)),
        queue_(settings.queue, settings.batch),
        mailbox_(std::make_shared<Mailbox>(std::size_t{1} << 16)),
        trainer_(settings.train ? std::make_unique<Trainer>(Trainer::Settings{}) : nullptr),
        metrics_(*world.metrics),
        core_(settings, std::move(catalogue), std::move(network), std::move(share), world,
              {mailbox_, &watchers_, trainer_.get(), state_folder_ ? state_folder_->journal.get() : nullptr},
              std::move(clusters)) {}

  ~Engine() override {
    metrics_.hide();
    if (!thread_.joinable()) return;
    training_.reset();
    stopping_ = true;
    mailbox_->wake();
    thread_.join();
  }

  Result<void> load() { return state_folder_ ? core_.load(*settings_.state, state_folder_->secret) : Result<void>{}; }

  void start() {
    publish_state();
    metrics_.show(*world_.metrics, [this] { return state(); }, [this] { return detail(); });
    if (trainer_) {
      trainer_->begin(core_.clone_network());
      training_ = std::make_unique<TrainingThread>(*trainer_, state_folder_ ? state_folder_->journal.get() : nullptr,
                                                   settings_.most_training, *world_.clock);
    }
    thread_ = std::thread([this] { run(); });
  }

  void assign(std::span<const PersonaAsk> asks, Assigned done) override;
  void report(std::span<const BehaviourEvent> events, Reported done) override;
  std::shared_ptr<void> watch(Watcher update) override {
    auto handle = watchers_.add(std::move(update));
    mailbox_->wake();
    return handle;
  }
  void explain(ClientKey client, Explained done) override;
  State state() const override {
    const std::lock_guard guard(state_mutex_);
    auto state = state_;
    state.rejected = rejected_;
    state.shed = queue_.shed();
    return state;
  }

  std::vector<PersonaProfile> list() const override {
    std::vector<PersonaProfile> personas;
    there([&] { personas = core_.personas(); });
    return personas;
  }
  Result<void> rename(std::string_view persona, std::string_view name) override {
    return change([&](Clusters& clusters) { return clusters.rename(persona, name); });
  }
  Result<void> pin(std::string_view persona, bool pinned) override {
    return change([&](Clusters& clusters) { return clusters.pin(persona, pinned); });
  }
  Result<void> split(std::string_view persona, std::string_view name) override {
    return change([&](Clusters& clusters) { return clusters.split(persona, name); });
  }
  Result<void> merge(std::string_view from, std::string_view into) override {
    return change([&](Clusters& clusters) { return clusters.merge(from, into); });
  }

  void catch_up() override;
  Result<void> save() override;

 private:
  bool keep(const std::shared_ptr<Asks>& asks);
  void run();
  bool turn();
  bool run_mail();
  void answer_asks();
  bool deal_with_acts();
  void call_finished();
  void meet_those_who_wait();
  void end();
  void publish_state();
  EngineDetail detail() const;
  void there(const std::function<void()>& work) const;
  Result<void> change(const std::function<Result<void>(Clusters&)>& work);
  void drain();

  const EngineSettings settings_;
  const EngineWorld world_;
  std::optional<StateFolder> state_folder_;
  ActQueue queue_;
  const std::shared_ptr<Mailbox> mailbox_;
  Watchers watchers_;
  const std::unique_ptr<Trainer> trainer_;
  EngineMetrics metrics_;
  EngineCore core_;  // the thread's, once it runs

  std::mutex asks_mutex_;
  std::deque<std::shared_ptr<Asks>> asks_;
  std::size_t asks_waiting_ = 0;
  std::atomic<std::uint64_t> asks_refused_{0}, rejected_{0};

  mutable std::mutex state_mutex_;
  State state_;
  EngineDetail detail_;

  struct Waiting {
    std::uint64_t acts;  // that must be dealt with
    std::promise<void> met;
  };
  std::vector<std::shared_ptr<Waiting>> waiting_;  // the thread's
  std::vector<Mailbox::Work> mail_;
  std::vector<ActQueue::Finished> finished_;

  std::atomic<bool> stopping_{false};
  std::unique_ptr<TrainingThread> training_;
  std::thread thread_;
};

}  // namespace harbinger::persona
