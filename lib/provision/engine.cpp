#include "provision/engine.h"

#include <algorithm>
#include <mutex>
#include <set>

#include <harbinger/repeater.h>
#include <harbinger/worker_rings.h>

#include "base/listeners.h"
#include "base/mailbox.h"
#include "provision/engine_core.h"
#include "provision/engine_start.h"
#include "provision/evidence.h"

namespace harbinger::provision {

namespace {

using namespace std::chrono_literals;

constexpr Duration kLookEvery = 20ms;  // at what workers have for us
constexpr std::size_t kRing = 4096;    // events of one worker between two looks
constexpr Duration kFarewell = 10s;

// What comes from a worker: a wish, or a lead of a pool.
struct Event {
  WishEvent wish{};
  float count = 0;
  std::uint8_t lead = 0;
  bool leads = false;
};

class RealEngine final : public ProvisioningEngine {
 public:
  RealEngine(Settings settings, World world, std::unique_ptr<ProvisionJournal> journal)
      : clock_(*world.clock),
        round_every_(settings.round),
        look_every_(std::min<Duration>(settings.round, kLookEvery)),
        changed_(world.changed),
        probes_(InstanceProbes::make([box = mailbox_](const std::string& id, bool well, const std::string& why) {
          box->post([=](EngineCore& core) { core.probed(id, well, why); });
        })),
        core_(std::make_unique<EngineCore>(std::move(settings), std::move(world), std::move(journal), hands())) {}

  void begin(unsigned threads, std::size_t providers) {
    calls_.emplace(threads, providers);
    core_->recover();
    rounded_ = clock_.now();
    work_.emplace(look_every_, [this] { work(); });
    mailbox_->wake_by([this] { work_->wake(); });
    work_->wake();
  }

  ~RealEngine() override {
    mailbox_->wake_by(nullptr);
    work_.reset();
    calls_->finish(kFarewell);
    deliver();
    core_->farewell();
    calls_->finish(kFarewell);
    deliver();
    core_->act();
  }

  void wished(const WishEvent& event) noexcept override {
    rings_.push_with([&](Event& to) {
      to.wish = event;
      to.leads = false;
    });
  }
  void led(std::uint16_t pool, std::size_t lead, float count) noexcept override {
    rings_.push_with([&](Event& to) {
      to.wish.wish.pool = pool;
      to.lead = static_cast<std::uint8_t>(std::min<std::size_t>(lead, UINT8_MAX));
      to.count = count;
      to.leads = true;
    });
  }
  void invalidate(std::uint64_t tag, std::optional<std::uint64_t> instead) override {
    mailbox_->post([=](EngineCore& core) { core.invalidate(tag, instead); });
  }
  Result<Registration> ask_for(std::uint64_t tag, std::string_view pool) override {
    const std::lock_guard guard(lock_);
    auto answer = core_->ask_for(tag, pool);
    work_->wake();
    return answer;
  }
  Result<void> release(std::string_view instance) override {
    const std::lock_guard guard(lock_);
    auto released = core_->release(instance);
    work_->wake();
    return released;
  }
  void halt(bool halted) override {
    const std::lock_guard guard(lock_);
    core_->halt(halted);
    work_->wake();
  }
  State state() const override {
    const std::lock_guard guard(lock_);
    return core_->state();
  }
  Result<Why> why(std::string_view pool) const override {
    const std::lock_guard guard(lock_);
    return core_->why(pool);
  }
  std::shared_ptr<void> on_change(std::function<void(const InstanceState&)> heard) override {
    return listeners_.add(std::move(heard));
  }

 private:
  EngineCore::Hands hands() {
    return {.post = [box = mailbox_](EngineCore::Letter letter) { box->post(std::move(letter)); },
            .call = [this](auto kind, auto provider, auto what) { calls_->call(kind, provider, std::move(what)); },
            .probes = probes_.get()};
  }

  void work() {
    EngineCore::News news;
    {
      const std::lock_guard guard(lock_);
      take_events();
      deliver();
      core_->look();
      core_->act();
      const auto now = clock_.now();
      if (now - rounded_ >= round_every_) {
        rounded_ = now;
        core_->round();
      }
      news = core_->take_news();
    }
    if (changed_)
      for (const auto& each : news.changed) changed_(each);
    for (const auto& each : news.instances) listeners_.tell(each);
  }
  void deliver() { mailbox_->deliver(*core_); }
  void take_events() {
    rings_.drain([this](const Event& each) {
      if (each.leads)
        core_->led(each.wish.wish.pool, each.lead, each.count);
      else
        core_->wished(each.wish);
    });
    core_->lost(rings_.dropped());
  }

  const Clock& clock_;
  const Duration round_every_, look_every_;
  const std::function<void(Wish)> changed_;
  const std::shared_ptr<Mailbox<EngineCore>> mailbox_ = std::make_shared<Mailbox<EngineCore>>();
  WorkerRings<Event> rings_{kRing};
  Listeners<void(const InstanceState&)> listeners_;
  const std::unique_ptr<InstanceProbes> probes_;
  mutable std::mutex lock_;  // of the core
  const std::unique_ptr<EngineCore> core_;
  std::optional<ProviderCalls> calls_;
  MonotonicTime rounded_{};
  std::optional<Repeater> work_;  // last: it uses the rest
};

Result<void> check(const ProvisioningEngine::Settings& settings, const ProvisioningEngine::World& world) {
  std::string words;
  for (const auto& [name, provider] : world.providers) words.append(words.empty() ? "" : ", ").append(name);
  for (const auto& each : settings.pools)
    if (!world.providers.contains(each.what.provider))
      return fail(ErrorCode::not_found, "pool " + each.what.name + " has provider '" + each.what.provider +
                                            "', which is not there; there are " + words);
  std::set<std::string_view> names;
  for (const auto& each : settings.pools)
    if (!names.insert(each.what.name).second)
      return fail(ErrorCode::conflict, "two pools are called '" + each.what.name + "'; each needs a name of its own");
  const auto clients = settings.budgets.clients_without_proof;
  if (clients == 1 || clients > Evidence::kMostClients)
    return fail(ErrorCode::malformed, "clients without proof are 2 .. " + std::to_string(Evidence::kMostClients) +
                                          ", or 0 where all must prove their address; not " + std::to_string(clients));
  if (settings.pools.size() >= InstanceDesk::kNoPool) return fail(ErrorCode::too_large, "too many pools");
  if (!world.sizers) return fail(ErrorCode::malformed, "nobody says how pools are sized");
  return {};
}

}  // namespace

Result<std::unique_ptr<ProvisioningEngine>> start_engine(ProvisioningEngine::Settings settings,
                                                         ProvisioningEngine::World world,
                                                         std::unique_ptr<ProvisionJournal> journal) {
  if (auto checked = check(settings, world); !checked) return fail(checked.error());
  const auto threads = settings.threads;
  const auto providers = world.providers.size();
  auto engine = std::make_unique<RealEngine>(std::move(settings), std::move(world), std::move(journal));
  engine->begin(threads, providers);
  return engine;
}

Result<std::unique_ptr<ProvisioningEngine>> ProvisioningEngine::start(Settings settings, World world) {
  if (auto checked = check(settings, world); !checked) return fail(checked.error());
  auto journal = ProvisionJournal::open(world.journal, world.secret);
  if (!journal) return fail(journal.error());
  return start_engine(std::move(settings), std::move(world), std::move(*journal));
}

}  // namespace harbinger::provision
