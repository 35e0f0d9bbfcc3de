#include "orchestrate/engine.h"

#include <atomic>
#include <mutex>
#include <thread>

#include <harbinger/repeater.h>

#include "base/listeners.h"
#include "base/mailbox.h"
#include "orchestrate/engine_core.h"
#include "orchestrate/engine_start.h"
#include "orchestrate/settings_check.h"

namespace harbinger::orchestrate {

namespace {

using namespace std::chrono_literals;

constexpr Duration kLookEvery = 20ms;  // at what sensors have for us
constexpr Duration kFarewell = 10s;
constexpr std::size_t kAtOnce = 256;  // acts, or users that are looked at, until others get a word in

class RealEngine final : public OrchestrationEngine {
  template <class Do>
  auto change(Do what) {
    const auto guard = enter();
    if (work_) work_->wake();
    return what();
  }

 public:
  RealEngine(const Settings& settings, World world, std::unique_ptr<OrchestrationJournal> journal)
      : clock_(*world.clock),
        round_every_(settings.round),
        look_every_(std::min<Duration>(settings.round, kLookEvery)),
        queue_(settings.queue),
        core_(std::make_unique<EngineCore>(settings, std::move(world), std::move(journal), hands())) {}

  void begin(unsigned threads, std::size_t targets) {
    for (std::size_t i = 0; threads > 0 && i < targets; ++i)
      calls_.push_back(std::make_unique<EngineCore::Calls>(threads, 1));
    threads_ = threads > 0;
    core_->recover();
    rounded_ = clock_.now();
    if (!threads_) return;
    work_.emplace(look_every_, [this] { work(); });
    mailbox_->wake_by([this] { work_->wake(); });
    work_->wake();
  }

  ~RealEngine() override {
    mailbox_->wake_by(nullptr);
    work_.reset();
    for (int i = 0; i < 2; ++i) {  // what the answers to the last calls bring
      for (const auto& each : calls_) each->finish(kFarewell);
      mailbox_->deliver(*core_);
      core_->act();
    }
    core_->farewell();
  }

  std::size_t heard(std::span<const Activity> acts) override { return queue_.push(acts); }
  std::size_t room() const override { return queue_.room(); }
  Result<Claim> claim(ActorKey user, const Need& need, std::string_view request) override {
    return change([&] { return core_->claim(user, need, request); });
  }
  Result<void> release(std::string_view resource) override {
    return change([&] { return core_->release(resource); });
  }
  Result<UserState> user(ActorKey user) const override {
    const auto guard = enter();
    return core_->user(user);
  }
  std::vector<Resource> resources() const override {
    const auto guard = enter();
    return core_->resources();
  }
  std::vector<Action> plan() const override {
    const auto guard = enter();
    return core_->desk().plan();
  }
  std::vector<Action> history(std::size_t most) const override {
    const auto guard = enter();
    return core_->desk().history(most);
  }
  Result<std::vector<std::string>> why(std::uint64_t action) const override {
    const auto guard = enter();
    return core_->why(action);
  }
  Result<void> approve(std::uint64_t action, bool yes) override {
    return change([&] { return core_->approve(action, yes); });
  }
  std::size_t approve_all() override {
    return change([&] { return core_->approve_all(); });
  }
  void halt(bool halted) override {
    change([&] { return core_->halt(halted); });
  }
  Result<void> label(ActorKey user, Attribute attribute, std::optional<std::uint8_t> value) override {
    const auto guard = enter();
    return core_->label(user, attribute, value);
  }
  Result<void> pin(std::vector<AttributeModel::Rule> rules) override {
    const auto guard = enter();
    return core_->pin(std::move(rules));
  }
  State state() const override {
    const auto guard = enter();
    return core_->state();
  }
  std::shared_ptr<void> on_change(std::function<void(const Change&)> heard) override {
    return listeners_.add(std::move(heard));
  }
  void catch_up() override {
    deal_with_all();
    if (!work_) tell();
  }

 private:
  EngineCore::Hands hands() {
    return {.post = [box = mailbox_](EngineCore::Letter letter) { box->post(std::move(letter)); },
            .call =
                [this](auto kind, auto target, EngineCore::Calls::What what) {
                  if (target < calls_.size()) return calls_[target]->call(kind, 0, std::move(what));
                  what({});
                }};
  }

  /// The core's lock, for others than the thread that works: that one gives way to who waits here.
  std::unique_lock<std::mutex> enter() const {
    ++waiting_;
    std::unique_lock guard(lock_);
    --waiting_;
    return guard;
  }
  void give_way() const {
    constexpr int kMost = 100;
    for (int i = 0; waiting_ > 0 && i < kMost; ++i) std::this_thread::sleep_for(10us);
  }
  void work() {
    for (bool more = true; more; give_way()) {
      const std::lock_guard guard(lock_);
      more = deal_with_some();
    }
    tell();
  }
  void deal_with_all() {
    const auto guard = enter();
    while (deal_with_some()) {
    }
  }

  /// Acts first, then plans, then what time brings; whether there is more. Locked.
  bool deal_with_some() {
    if (heard_ == batch_.size()) {
      batch_ = queue_.take();
      heard_ = 0;
    }
    const auto to = std::min(batch_.size(), heard_ + kAtOnce);
    core_->heard(batch_, heard_, to);
    heard_ = to;
    core_->shed(queue_.shed());
    mailbox_->deliver(*core_);
    const bool more_users = core_->look(kAtOnce);
    core_->act();
    const auto now = clock_.now();
    if (now - rounded_ >= round_every_) {
      rounded_ = now;
      core_->round();
    }
    if (threads_) return more_users || heard_ < batch_.size();
    mailbox_->deliver(*core_);
    core_->act();
    return more_users || heard_ < batch_.size() || !mailbox_->empty();
  }

  // Without the lock: who is told may ask.
  void tell() {
    EngineCore::News news;
    {
      const auto guard = enter();
      news = core_->take_news();
    }
    for (const auto& each : news.actions) listeners_.tell(Change{.action = &each});
    for (const auto& each : news.resources) listeners_.tell(Change{.resource = &each});
  }

  const Clock& clock_;
  const Duration round_every_, look_every_;
  ActQueue queue_;
  const std::shared_ptr<Mailbox<EngineCore>> mailbox_ = std::make_shared<Mailbox<EngineCore>>();
  Listeners<void(const Change&)> listeners_;
  mutable std::atomic<int> waiting_{0};
  mutable std::mutex lock_;  // of the core and what follows
  const std::unique_ptr<EngineCore> core_;
  ActBatch batch_;
  std::size_t heard_ = 0;  // of the batch
  MonotonicTime rounded_{};
  bool threads_ = false;
  std::vector<std::unique_ptr<EngineCore::Calls>> calls_;  // by target: one that hangs holds up no other
  std::optional<Repeater> work_;                           // last: it uses the rest
};

}  // namespace

Result<std::unique_ptr<OrchestrationEngine>> start_engine(OrchestrationEngine::Settings settings,
                                                          OrchestrationEngine::World world,
                                                          std::unique_ptr<OrchestrationJournal> journal) {
  if (auto checked = check(settings, world); !checked) return fail(checked.error());
  const auto targets = world.targets.size();
  auto engine = std::make_unique<RealEngine>(settings, std::move(world), std::move(journal));
  engine->begin(settings.threads, targets);
  return engine;
}

Result<std::unique_ptr<OrchestrationEngine>> OrchestrationEngine::start(Settings settings, World world) {
  if (auto checked = check(settings, world); !checked) return fail(checked.error());
  const bool acts = settings.mode == Mode::on || settings.mode == Mode::approval;
  if (world.state.empty() && acts)
    return fail(ErrorCode::malformed,
                "mode " + std::string(to_string(settings.mode)) +
                    " needs a state folder: what is ordered is written down first, and found again after a crash");
  if (world.state.empty()) return start_engine(std::move(settings), std::move(world), OrchestrationJournal::none());
  auto journal = OrchestrationJournal::open(world.state / "orders.journal", world.secret);
  if (!journal) return fail(journal.error());
  return start_engine(std::move(settings), std::move(world), std::move(*journal));
}

}  // namespace harbinger::orchestrate
