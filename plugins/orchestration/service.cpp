#include "plugins/orchestration/service.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "orchestrate/act_reader.h"
#include "orchestrate/orchestration_loader.h"
#include "orchestrate/system_load.h"
#include "plugins/state_folder.h"

namespace harbinger::orchestration {

namespace {

using namespace std::chrono_literals;
using namespace orchestrate;
constexpr Duration kLookEvery = 200ms;

// Nothing is told that the next service of a folder would go on with.
struct Nothing {};

FolderServices<OrchestrationService, Nothing, ServiceSettings>& services() {
  static FolderServices<OrchestrationService, Nothing, ServiceSettings> only;
  return only;
}

auto whole(const KindSettings& each) {
  return std::tie(each.kind, each.target, each.settings, each.cold_cost, each.idle_cost, each.ready_within);
}
auto whole(const Budgets& each) {
  return std::tie(each.resources, each.per_user, each.starts_per_hour, each.starts_per_user_hour, each.cost_per_hour);
}
auto whole(const AttributeModel::Rule& each) {
  return std::tie(each.source, each.kind, each.verb, each.scope, each.attribute, each.value);
}
auto whole(const OrchestrationEngine::Settings& each) {
  return std::tie(each.mode, each.round, each.cool_down, each.unused_after, each.approval_within, each.users,
                  each.queue, each.history, each.threads, each.reactive);
}

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::ranges::equal(a, b, [](const T& x, const T& y) { return whole(x) == whole(y); });
}

}  // namespace

bool operator==(const ServiceSettings& a, const ServiceSettings& b) {
  return std::tie(a.state, a.key, a.horizon, a.network, a.targets, a.intake, a.door) ==
             std::tie(b.state, b.key, b.horizon, b.network, b.targets, b.intake, b.door) &&
         whole(a.engine) == whole(b.engine) && whole(a.engine.budgets) == whole(b.engine.budgets) &&
         same(a.engine.kinds, b.engine.kinds) && same(a.rules, b.rules);
}

Result<std::shared_ptr<OrchestrationService>> OrchestrationService::shared(const ServiceSettings& settings,
                                                                           const World& world) {
  const auto keeps = [](const ServiceSettings&, const ServiceSettings&) { return true; };
  return services().shared(
      world.metrics, settings, keeps, [] { return std::make_shared<Nothing>(); },
      [&](const std::shared_ptr<Nothing>&) -> Result<std::shared_ptr<OrchestrationService>> {
        std::shared_ptr<OrchestrationService> made(new OrchestrationService(settings, world));
        if (auto opened = made->open(); !opened) return fail(opened.error());
        return made;
      });
}

OrchestrationService::OrchestrationService(ServiceSettings settings, const World& world)
    : settings_(std::move(settings)), world_(world) {}

// Acts come in no more before the engine goes.
OrchestrationService::~OrchestrationService() {
  rounds_.reset();
  door_.reset();
  intake_.reset();
  engine_.reset();
}

// What can be wrong is found out here, before anything is served: all but that an older service of the folder goes on for a moment.
Result<void> OrchestrationService::open() {
  auto secret = open_state_folder(settings_.state, settings_.key);
  if (!secret) return fail(secret.error());
  secret_ = *secret;
  if (auto begun = begin_and_open(); !begun) return begun;
  rounds_ = std::make_unique<Repeater>(kLookEvery, [this] { look(); });
  return {};
}

Result<void> OrchestrationService::begin() {
  auto world = engine_world();
  if (!world) return fail(world.error());
  auto started = EngineSource::start(settings_.engine, std::move(*world));
  if (!started) return fail(started.error());
  std::shared_ptr<OrchestrationEngine> engine = std::move(*started);
  if (auto pinned = engine->pin(settings_.rules); !pinned) return pinned;
  // Whoever still holds the intake while the service ends lets acts fall.
  auto sink = [weak = std::weak_ptr(engine)](std::span<const Activity> acts) {
    const auto alive = weak.lock();
    return alive ? alive->heard(acts) : std::size_t{0};
  };
  auto room = [weak = std::weak_ptr(engine)] {
    const auto alive = weak.lock();
    return alive ? alive->room() : std::size_t{0};
  };
  auto intake = Intake::open(settings_.intake, {.clock = world_.clock,
                                                .metrics = world_.metrics,
                                                .log = world_.log,
                                                .state = settings_.state,
                                                .secret = secret_,
                                                .sink = std::move(sink),
                                                .room = std::move(room)});
  if (!intake) return fail(intake.error());
  {
    const std::lock_guard guard(lock_);
    intake_ = std::move(*intake);
  }
  engine_.set(std::move(engine));
  return {};
}

Result<void> OrchestrationService::open_door() {
  const auto running = engine();
  if (!settings_.door || door_ || !running) return {};
  const auto& door = *settings_.door;
  auto server = load_orchestration_server(
      running, {.listen = {door.address},
                .certificate = door.certificate,
                .key = door.private_key,
                .client_ca = door.client_ca,
                .tokens = door.tokens,
                .report = [intake = intake()](std::span<const ActivityRecord> acts) { return intake->report(acts); },
                .key_of = [intake = intake()](std::string_view name) { return intake->key_of(name); },
                .metrics = world_.metrics,
                .log = world_.log});
  if (!server) return fail(server.error());
  door_ = std::move(*server);
  return {};
}

Result<OrchestrationEngine::World> OrchestrationService::engine_world() const {
  OrchestrationEngine::World world{.clock = world_.clock, .metrics = world_.metrics, .log = world_.log};
  const auto installation = installation_of(settings_.state);
  if (!installation) return fail(installation.error());
  for (const auto& [name, target] : settings_.targets) {
    const auto folder = settings_.state / "targets" / name;
    if (auto there = make_folder(folder); !there) return fail(there.error());
    auto made = make_target(target.word, {.clock = world_.clock,
                                          .installation = *installation,
                                          .state = folder,
                                          .options = target.options,
                                          .templates = target.templates});
    if (!made) return fail(made.error().code, "target " + name + ": " + made.error().message);
    world.targets.emplace(name, std::move(*made));
  }
  auto reader = this->reader();
  if (!reader) return fail(reader.error());
  world.attributes = make_attribute_model({.users = settings_.engine.users}, std::move(*reader));
  world.needs = make_need_model({.users = settings_.engine.users, .horizon = settings_.horizon});
  world.state = settings_.state;
  world.secret = secret_;
  world.load = [meter = std::make_shared<LoadMeter>()] { return meter->look(); };
  return world;
}

Result<std::unique_ptr<ActReader>> OrchestrationService::reader() const {
  if (!settings_.network) return nullptr;
  return load_act_reader(settings_.engine.users);
}

std::shared_ptr<Intake> OrchestrationService::intake() const {
  const std::lock_guard guard(lock_);
  return intake_;
}

std::string OrchestrationService::trouble() const {
  const auto running = engine();
  if (auto why = engine_.trouble(); !running || !why.empty()) return why;
  for (const auto& [what, trouble] : running->state().troubles)
    if (!trouble.empty()) return what + ": " + trouble;
  return {};
}

void OrchestrationService::look() {
  if (!engine() || (settings_.door && !door_)) static_cast<void>(begin_and_open());
}

}  // namespace harbinger::orchestration
