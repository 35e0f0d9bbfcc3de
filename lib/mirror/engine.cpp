#include "mirror/engine.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>

#include <harbinger/repeater.h>
#include <harbinger/worker_rings.h>

#include "mirror/engine_core.h"

namespace harbinger::mirror {

namespace {

constexpr Duration kNewcomersWait = std::chrono::seconds(1);

/// A query as it comes from a worker.
struct Asked {
  std::uint64_t resource = 0;
  ClusterId cluster = 0;
  std::uint8_t size = 0;
  std::array<char, 255> name;
};

/// What other threads want done on the engine's. Outlives the engine where others still hold it.
struct Mailbox {
  std::mutex lock;
  std::vector<std::function<void(EngineCore&)>> letters;
  std::function<void()> wake;

  void post(std::function<void(EngineCore&)> letter) {
    const std::lock_guard guard(lock);
    letters.push_back(std::move(letter));
    if (wake) wake();
  }
  std::vector<std::function<void(EngineCore&)>> take() {
    const std::lock_guard guard(lock);
    return std::exchange(letters, {});
  }
};

class RealEngine final : public MirrorEngine {
 public:
  RealEngine(Settings settings, World world)
      : clock_(*world.clock),
        interval_(settings.interval),
        look_every_(settings.look_every),
        rings_(settings.ring),
        hub_(world.hub),
        core_(std::move(settings), take_handles(world),
              [box = mailbox_](auto letter) { box->post(std::move(letter)); }) {
    core_.recover();
    planned_ = looked_ = clock_.now();
    work_.emplace(look_every_, [this] { work(); });
    {
      const std::lock_guard guard(mailbox_->lock);
      mailbox_->wake = [this] { work_->wake(); };
    }
    work_->wake();
  }

  ~RealEngine() override {
    {
      const std::lock_guard guard(mailbox_->lock);
      mailbox_->wake = nullptr;
    }
    accesses_.reset();
    endpoints_.reset();
    shared_.reset();
    work_.reset();
  }

  void asked(std::uint64_t resource, std::string_view name, ClusterId cluster) noexcept override {
    if (name.size() > std::tuple_size_v<decltype(Asked::name)>) return;
    rings_.push_with([&](Asked& to) {
      to.resource = resource;
      to.cluster = cluster;
      to.size = static_cast<std::uint8_t>(name.size());
      std::memcpy(to.name.data(), name.data(), name.size());
    });
  }
  void expect(const ExternalEvent& event) override {
    mailbox_->post([event](EngineCore& core) { core.expect(event); });
  }
  void settings(const MirrorSettings& settings) override {
    mailbox_->post([settings](EngineCore& core) { core.settings(settings); });
  }
  void plan_soon() override {
    plan_soon_ = true;
    work_->wake();
  }
  State state() const override {
    const std::lock_guard guard(lock_);
    return core_.state();
  }
  std::vector<Why> why(std::string_view name, std::string_view cluster) const override {
    const std::lock_guard guard(lock_);
    return core_.why(name, cluster);
  }

 private:
  // Whom it hears: edges' accesses, endpoints that go and come, what the share has.
  World take_handles(World& world) {
    accesses_ = world.hub->listen([box = mailbox_](const std::string& edge, std::span<const edge::Fetched> accesses) {
      for (const auto& each : accesses) {
        const bool served = each.outcome == Outcome::served || each.outcome == Outcome::from_cache;
        if (!served) continue;
        const bool hit = each.outcome == Outcome::from_cache;
        box->post([edge, resource = each.resource, hit, bytes = each.size_bytes](EngineCore& core) {
          core.fetched(edge, resource, hit, bytes);
        });
      }
    });
    endpoints_ = world.steering->book().listen([box = mailbox_](const steer::EndpointBook::Change& change) {
      if (change.urgent || change.redefined) box->post([](EngineCore& core) { core.look(); });
    });
    for (const auto& what : world.share->published()) world.own->publish(what, {});
    shared_ = world.share->listen([own = world.own](const Publication& what) { own->publish(what, {}); });
    return std::move(world);
  }

  void work() {
    const std::lock_guard guard(lock_);
    const bool told = plan_soon_.exchange(false);  // before the drain: what was asked before the word counts
    rings_.drain(
        [this](const Asked& each) { core_.asked(each.resource, {each.name.data(), each.size}, each.cluster); });
    core_.lost(rings_.dropped());
    for (const auto& letter : mailbox_->take()) letter(core_);
    const auto now = clock_.now();
    if (now - looked_ >= look_every_) {
      looked_ = now;
      core_.look();
    }
    // Who comes after a plan is thought of soon; who comes and goes all the time does not keep the planner busy.
    const bool soon = told || (core_.newcomers() && now - planned_ >= kNewcomersWait);
    if (!soon && now - planned_ < interval_) return;
    planned_ = now;
    core_.plan();
  }

  const Clock& clock_;
  const Duration interval_, look_every_;
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  WorkerRings<Asked> rings_;
  const std::shared_ptr<edge::EdgeHub> hub_;
  std::shared_ptr<void> accesses_, endpoints_, shared_;
  mutable std::mutex lock_;  // of the core
  EngineCore core_;
  MonotonicTime planned_{}, looked_{};
  std::atomic<bool> plan_soon_ = false;
  std::optional<Repeater> work_;  // last: it uses the rest
};

}  // namespace

std::unique_ptr<MirrorEngine> MirrorEngine::start(Settings settings, World world) {
  return std::make_unique<RealEngine>(std::move(settings), std::move(world));
}

}  // namespace harbinger::mirror
