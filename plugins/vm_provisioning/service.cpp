#include "plugins/vm_provisioning/service.h"

#include <tuple>
#include <utility>

#include "base/calendar.h"
#include "plugins/state_folder.h"
#include "provision/provisioning_loader.h"

namespace harbinger::vm_provisioning {

namespace {

using namespace std::chrono_literals;
using provision::PoolSettings;
using provision::ProvisioningEngine;
constexpr Duration kLookEvery = 100ms;

FolderServices<ProvisioningService, Told, ServiceSettings>& services() {
  static FolderServices<ProvisioningService, Told, ServiceSettings> only;
  return only;
}

auto whole(const provision::PoolSizer::Settings& each) {
  return std::tie(each.step, each.start, each.cold_cost, each.idle_cost, each.hit_rate, each.least, each.most);
}
auto whole(const provision::Budgets& each) {
  return std::tie(each.instances, each.starts_per_hour, each.starts_per_pool_hour, each.tags_per_client_hour,
                  each.starts_per_tag_hour, each.clients_without_proof);
}
auto whole(const ProfileTagKeys::Settings& each) { return std::tie(each.rotate, each.overlap, each.bands); }

bool same(const PoolSettings& a, const PoolSettings& b) {
  const auto rest = [](const PoolSettings& each) {
    return std::tie(each.what, each.without, each.waiting_room, each.idle_after, each.drain, each.ttl, each.recycle);
  };
  return whole(a.sizing) == whole(b.sizing) && rest(a) == rest(b);
}

// Answers go by the numbers of pools.
bool same_numbers(const ServiceSettings& before, const ServiceSettings& now) {
  const auto same_name = [](const PoolSettings& a, const PoolSettings& b) { return a.what.name == b.what.name; };
  return before.pools.size() <= now.pools.size() &&
         std::equal(before.pools.begin(), before.pools.end(), now.pools.begin(), same_name);
}

}  // namespace

bool operator==(const ServiceSettings& a, const ServiceSettings& b) {
  return std::tie(a.state, a.key, a.mode, a.providers, a.door) ==
             std::tie(b.state, b.key, b.mode, b.providers, b.door) &&
         whole(a.budgets) == whole(b.budgets) && whole(a.tags) == whole(b.tags) &&
         std::equal(a.pools.begin(), a.pools.end(), b.pools.begin(), b.pools.end(), same);
}

Result<std::shared_ptr<ProvisioningService>> ProvisioningService::shared(const ServiceSettings& settings,
                                                                         const World& world) {
  return services().shared(
      world.metrics, settings, same_numbers, [] { return std::make_shared<Told>(); },
      [&](const std::shared_ptr<Told>& told) -> Result<std::shared_ptr<ProvisioningService>> {
        std::shared_ptr<ProvisioningService> made(new ProvisioningService(settings, world, told));
        if (auto opened = made->open(); !opened) return fail(opened.error());
        return made;
      });
}

ProvisioningService::ProvisioningService(ServiceSettings settings, const World& world, std::shared_ptr<Told> told)
    : settings_(std::move(settings)), world_(world), told_(std::move(told)) {}

ProvisioningService::~ProvisioningService() {
  rounds_.reset();
  door_.reset();
  engine_.reset();
}

// What can be wrong is found out here, before anything is served: all but that an older service of the folder goes on for a moment.
Result<void> ProvisioningService::open() {
  auto secret = open_state_folder(settings_.state, settings_.key);
  if (!secret) return fail(secret.error());
  secret_ = *secret;
  keys_ = std::make_shared<const ProfileTagKeys>(secret_, settings_.tags);
  client_keys_ = std::make_unique<const ClientKeys>(secret_);
  read_calendar();
  if (auto begun = begin_and_open(); !begun) return begun;
  rounds_ = std::make_unique<Repeater>(kLookEvery, [this] { look(); });
  return {};
}

Result<void> ProvisioningService::begin() {
  auto world = engine_world();
  if (!world) return fail(world.error());
  auto engine = EngineSource::start({.mode = settings_.mode, .pools = settings_.pools, .budgets = settings_.budgets},
                                    std::move(*world));
  if (!engine) return fail(engine.error());
  engine_.set(std::move(*engine));
  return {};
}

Result<void> ProvisioningService::open_door() {
  const auto running = engine();
  if (!settings_.door || door_ || !running) return {};
  const auto& door = *settings_.door;
  auto server = provision::load_provisioning_server(running, {.listen = {door.address},
                                                              .certificate = door.certificate,
                                                              .key = door.private_key,
                                                              .client_ca = door.client_ca,
                                                              .tokens = door.tokens,
                                                              .keys = keys_,
                                                              .clock = world_.clock,
                                                              .metrics = world_.metrics,
                                                              .log = world_.log});
  if (!server) return fail(server.error());
  door_ = std::move(*server);
  return {};
}

Result<ProvisioningEngine::World> ProvisioningService::engine_world() const {
  ProvisioningEngine::World world{
      .clock = world_.clock, .metrics = world_.metrics, .log = world_.log, .table = &told_->table};
  const auto installation = installation_of(settings_.state);
  if (!installation) return fail(installation.error());
  for (const auto& [word, options] : settings_.providers) {
    const auto folder = settings_.state / word;
    if (auto there = make_folder(folder); !there) return fail(there.error());
    auto provider = provision::make_provider(
        word, {.clock = world_.clock, .installation = *installation, .state = folder, .options = options});
    if (!provider) return fail(provider.error().code, "provider " + word + ": " + provider.error().message);
    world.providers.emplace(word, std::move(*provider));
  }
  world.journal = settings_.state / "journal";
  world.secret = secret_;
  world.changed = [told = told_](provision::Wish wish) { told->listeners.tell(wish); };
  return world;
}

void ProvisioningService::wished(const provision::WishEvent& event, std::uint64_t own_tag) noexcept {
  if (auto* engine = engine_.running()) engine->wished(event);
  seen_.push_with([&](Holder& holder) { holder = {event.client, own_tag}; });
}

std::string ProvisioningService::trouble() const {
  const auto running = engine();
  if (auto why = engine_.trouble(); !running || !why.empty()) return why;
  const auto state = running->state();
  if (!state.journal_trouble.empty()) return state.journal_trouble;
  for (const auto& pool : state.pools)
    if (!pool.provider_trouble.empty()) return "pool " + pool.name + ": " + pool.provider_trouble;
  return {};
}

void ProvisioningService::look() {
  const std::lock_guard guard(looking_);
  read_calendar();
  if (!engine() || (settings_.door && !door_)) static_cast<void>(begin_and_open());
  hear_holders();
}

// Who is another client now than before leaves a tag; with nobody left, its instance goes to the new one.
void ProvisioningService::hear_holders() {
  const auto running = engine();
  seen_.drain([&](const Holder& holder) {
    const auto left = holders_.seen(holder.client, holder.tag);
    if (left && running) running->invalidate(left->tag, left->instead);
  });
  holders_.publish();
}

void ProvisioningService::read_calendar() noexcept {
  const auto unix = calendar_ms(*world_.clock);
  offset_ms_.store(unix - world_.clock->now().ns / 1'000'000, std::memory_order_relaxed);
}

}  // namespace harbinger::vm_provisioning
