// The engine as others see it: what they hand over goes to its thread, and answers come from there.
#include "persona/engine.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <limits>
#include <mutex>
#include <thread>

#include "learn/history_directory.h"
#include "persona/assemble.h"
#include "persona/engine_core.h"
#include "persona/training_thread.h"

namespace harbinger::persona {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostAsks = 1 << 16;  // that wait for the engine's thread
constexpr std::size_t kMostMail = 1 << 16;
constexpr auto kPause = 100ms, kShortPause = 1ms;  // the short one while something is only held up by the disk

/// A folder that nobody else uses, and what is in it.
struct StateFolder {
  learn::HistoryDirectory lock;
  Secret secret;
  std::unique_ptr<ActJournal> journal;
};

class Engine final : public LocalEngine {
 public:
  Engine(const EngineSettings& settings, std::shared_ptr<const Catalogue> catalogue, std::unique_ptr<Network> network,
         std::unique_ptr<Clusters> clusters, std::unique_ptr<Share> share, const EngineWorld& world,
         std::optional<StateFolder> state)
      : settings_(settings),
        world_(world),
        state_folder_(std::move(state)),
        queue_(settings.queue, settings.batch),
        mailbox_(std::make_shared<Mailbox>(kMostMail)),
        trainer_(settings.train ? std::make_unique<Trainer>(Trainer::Settings{}) : nullptr),
        metrics_(*world.metrics),
        core_(settings, std::move(catalogue), std::move(network), std::move(share), world,
              {mailbox_, &watchers_, trainer_.get(), state_folder_ ? state_folder_->journal.get() : nullptr},
              std::move(clusters)) {}

  ~Engine() override {
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

void Engine::assign(std::span<const PersonaAsk> asks, Assigned done) {
  auto held = std::make_shared<Asks>(asks, std::move(done));
  {
    const std::lock_guard guard(asks_mutex_);
    if (asks_waiting_ + asks.size() <= kMostAsks || asks_.empty()) {
      asks_waiting_ += asks.size();
      asks_.push_back(std::move(held));
    }
  }
  if (!held) return mailbox_->wake();
  asks_refused_ += asks.size();
  if (held->done) held->done(fail(ErrorCode::timeout, "too many asks wait for the persona engine"));
}

void Engine::report(std::span<const BehaviourEvent> events, Reported done) {
  const auto now = core_.now();
  thread_local std::vector<BehaviourEvent> good;
  good.clear();
  std::array<std::uint64_t, static_cast<std::size_t>(EventFault::limit)> faults{};
  for (const auto& event : events) {
    const auto fault = fault_of(event, now);
    if (fault == EventFault::none)
      good.push_back(event);
    else
      ++faults[static_cast<std::size_t>(fault)];
  }
  const auto rejected = events.size() - good.size();
  for (std::size_t i = 1; rejected > 0 && i < faults.size(); ++i)
    if (faults[i] > 0) metrics_.reject(static_cast<EventFault>(i), faults[i]);
  rejected_ += rejected;
  if (queue_.put(good, rejected, done)) return mailbox_->wake();
  if (done) done(fail(ErrorCode::timeout, "too many reports wait for the persona engine"));
}

void Engine::explain(ClientKey client, Explained done) {
  const bool posted = mailbox_->post([this, client, done] { done(core_.explain(client)); });
  if (!posted) done(fail(ErrorCode::timeout, "too much waits for the persona engine"));
}

// Work on the thread, waited for. From a callback it is on the thread already.
void Engine::there(const std::function<void()>& work) const {
  if (std::this_thread::get_id() == thread_.get_id()) return work();
  std::promise<void> done;
  const bool posted = mailbox_->post(
      [&] {
        work();
        done.set_value();
      },
      true);
  if (posted) done.get_future().wait();
}

Result<void> Engine::change(const std::function<Result<void>(Clusters&)>& work) {
  Result<void> result = fail(ErrorCode::unreachable, "the persona engine ends");
  there([&] { result = core_.change(work); });
  return result;
}

void Engine::drain() {
  auto waiting = std::make_shared<Waiting>(queue_.put_so_far());
  auto met = waiting->met.get_future();
  there([&] { waiting_.push_back(waiting); });
  met.wait();
}

void Engine::catch_up() {
  drain();
  if (!training_) return;
  training_->catch_up();
  drain();
}

Result<void> Engine::save() {
  if (!settings_.state) return fail(ErrorCode::unsupported, "the persona engine has no folder to keep its state in");
  std::promise<Result<void>> done;
  there([&] { core_.save([&](const Result<void>& result) { done.set_value(result); }); });
  return done.get_future().get();
}

EngineDetail Engine::detail() const {
  const std::lock_guard guard(state_mutex_);
  auto detail = detail_;
  detail.waiting = queue_.waiting();
  detail.asks_refused = asks_refused_;
  return detail;
}

void Engine::publish_state() {
  State state;
  const auto& counts = core_.counts();
  state.clients = core_.clients();
  state.bytes = core_.bytes();
  state.events = counts.events;
  state.invalidations = counts.invalidations;
  if (trainer_) {
    const auto trained = trainer_->state();
    state.models_published = trained.published;
    state.models_refused = trained.refused;
    state.held_out_loss = trained.held_out_loss;
    state.untrained_loss = trained.untrained_loss;
  }
  if (counts.network_faults > 0) state.trouble = "the network gave answers that are no numbers";
  if (!core_.detail().trouble.empty()) state.trouble = core_.detail().trouble;
  {
    const std::lock_guard guard(state_mutex_);
    state_ = state;
    detail_ = core_.detail();
  }
  state.shed = queue_.shed();
  metrics_.update(counts, state);
}

void Engine::run() {
  while (!stopping_) {
    const bool more = turn();
    if (queue_.empty()) mailbox_->wait(more ? kShortPause : kPause);
  }
  end();
}

// Everybody gets a piece of the time: asks first, then one block of acts, then one portion of what takes long.
bool Engine::turn() {
  const bool mail = run_mail();
  answer_asks();
  const bool acts = deal_with_acts();
  core_.duties(false);
  const bool more = core_.go_on();
  core_.tell();
  call_finished();
  if (mail || acts || more) publish_state();
  meet_those_who_wait();
  return more;
}

bool Engine::run_mail() {
  mailbox_->take(mail_);
  for (const auto& work : mail_) work();
  const bool some = !mail_.empty();
  mail_.clear();
  return some;
}

void Engine::answer_asks() {
  for (;;) {
    std::shared_ptr<Asks> asks;
    {
      const std::lock_guard guard(asks_mutex_);
      if (asks_.empty()) return;
      asks = std::move(asks_.front());
      asks_.pop_front();
      asks_waiting_ -= asks->asks.size();
    }
    core_.take(std::move(asks));
  }
}

bool Engine::deal_with_acts() {
  const bool pressed = queue_.pressed();
  auto block = queue_.take();
  if (!block) return false;
  core_.deal_with(*block, pressed, [this] { answer_asks(); });
  queue_.settle(std::move(block));
  return true;
}

void Engine::call_finished() {
  queue_.take_finished(finished_);
  for (const auto& each : finished_)
    if (each.done) each.done(each.receipt);
  finished_.clear();
}

void Engine::meet_those_who_wait() {
  if (waiting_.empty() || !mailbox_->empty()) return;
  std::erase_if(waiting_, [this](const auto& each) {
    if (queue_.settled_up_to() < each->acts) return false;
    core_.duties(true);
    while (core_.go_on() && !core_.saving()) {
    }
    core_.tell();
    publish_state();
    each->met.set_value();
    return true;
  });
}

// Everything that was handed over is dealt with, everybody hears, and the last state is kept.
void Engine::end() {
  while (deal_with_acts()) call_finished();
  run_mail();
  answer_asks();
  core_.answer_all();
  core_.tell();
  core_.end_sharing();
  bool saved = !settings_.state;
  if (!saved) core_.save([&](const Result<void>&) { saved = true; });
  while (!saved)
    if (core_.go_on(); !saved) std::this_thread::sleep_for(kShortPause / 4);
  mailbox_->close();
  run_mail();
  answer_asks();
  call_finished();
  for (const auto& each : std::exchange(waiting_, {})) each->met.set_value();
}

Result<std::optional<StateFolder>> open_state(const EngineSettings& settings, const EngineWorld& world) {
  if (!settings.state) return std::nullopt;
  auto lock = learn::HistoryDirectory::take(*settings.state);
  if (!lock && lock.error().code == ErrorCode::conflict)
    return fail(ErrorCode::conflict,
                "the persona engine's state in " + settings.state->string() + " is in use by another process");
  if (!lock) return fail(lock.error());
  const auto key = *settings.state / "key";
  auto secret = read_or_make_secret(key);
  if (!secret) return fail(secret.error());
  StateFolder folder{std::move(*lock), *secret, nullptr};
  if (settings.train) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(world.clock->calendar().time_since_epoch());
    auto journal = ActJournal::open(*settings.state / "history", key, now.count());
    if (!journal) return fail(journal.error());
    folder.journal = std::move(*journal);
  }
  return std::optional(std::move(folder));
}

}  // namespace

Result<std::unique_ptr<LocalEngine>> assemble_engine(const EngineSettings& settings,
                                                     std::shared_ptr<const Catalogue> catalogue,
                                                     std::unique_ptr<Network> network,
                                                     std::unique_ptr<Clusters> clusters, std::unique_ptr<Share> share,
                                                     const EngineWorld& given) {
  auto world = given;
  static Metrics nobody_looks;
  if (!world.clock) world.clock = &system_clock();
  if (!world.random) world.random = &system_random();
  if (!world.metrics) world.metrics = &nobody_looks;
  auto state = open_state(settings, world);
  if (!state) return fail(state.error());
  auto engine = std::make_unique<Engine>(settings, std::move(catalogue), std::move(network), std::move(clusters),
                                         std::move(share), world, std::move(*state));
  if (auto loaded = engine->load(); !loaded) return fail(loaded.error());
  engine->start();
  return engine;
}

}  // namespace harbinger::persona
