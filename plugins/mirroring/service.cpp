#include "plugins/mirroring/service.h"

#include <algorithm>
#include <tuple>

#include <harbinger/foresight.h>
#include "mirror/redis_share.h"
#include "plugins/state_folder.h"
#include "steer/steering_service.h"

namespace harbinger::mirroring {

namespace {

using namespace std::chrono_literals;
constexpr Duration kLookEvery = 200ms;

FolderServices<MirrorService, Told, ServiceSettings>& services() {
  static FolderServices<MirrorService, Told, ServiceSettings> only;
  return only;
}

auto whole(const mirror::MirrorRules::Rule& rule) {
  return std::tie(rule.name_template, rule.urls, rule.type, rule.origin);
}

bool same_share(const ServiceSettings& a, const ServiceSettings& b) {
  return std::tie(a.share, a.name) == std::tie(b.share, b.name);
}

}  // namespace

bool operator==(const ServiceSettings& a, const ServiceSettings& b) {
  const auto same = [](const auto& x, const auto& y) { return whole(x) == whole(y); };
  return std::tie(a.state, a.key, a.clusters, a.interval, a.series, a.share, a.name, a.events, a.publish, a.keys,
                  a.dry_run) == std::tie(b.state, b.key, b.clusters, b.interval, b.series, b.share, b.name, b.events,
                                         b.publish, b.keys, b.dry_run) &&
         std::ranges::equal(a.rules, b.rules, same);
}

Result<std::shared_ptr<MirrorService>> MirrorService::shared(const ServiceSettings& settings, const World& world) {
  return services().shared(
      world.metrics, settings, same_share, [&] { return std::make_shared<Told>(*world.clock); },
      [&](const std::shared_ptr<Told>& told) -> Result<std::shared_ptr<MirrorService>> {
        std::shared_ptr<MirrorService> made(new MirrorService(settings, world, told));
        if (auto opened = made->open(); !opened) return fail(opened.error());
        return made;
      });
}

Told::Told(const Clock& clock) : own(clock, [this](std::string_view resource) { listeners.tell(resource); }) {}

MirrorService::MirrorService(ServiceSettings settings, const World& world, std::shared_ptr<Told> told)
    : settings_(std::move(settings)), world_(world), told_(std::move(told)) {}

MirrorService::~MirrorService() {
  rounds_.reset();
  event_file_.reset();
  events_.reset();
  engine_.reset();
}

// What can be wrong is found out here, before anything is served.
Result<void> MirrorService::open() {
  auto secret = open_state_folder(settings_.state, settings_.key);
  if (!secret) return fail(secret.error());
  secret_ = *secret;
  auto store = mirror::ConfigStore::shared({settings_.state, secret_, world_.clock, world_.log});
  if (!store) return fail(store.error());
  store_ = std::move(*store);
  forecasts_.emplace(settings_.state / "forecasts", secret_, "the forecasts");
  for (const auto& name : settings_.clusters) told_->own.cluster(name);
  if (auto share = open_share(); !share) return share;
  if (auto publisher = open_publisher(); !publisher) return publisher;
  if (auto rules = mirror::MirrorRules::make(settings_.rules); !rules) return fail(rules.error());
  rounds_ = std::make_unique<Repeater>(kLookEvery, [this] { look(); });
  rounds_->wake();
  return {};
}

Result<void> MirrorService::open_share() {
  if (told_->share) return {};
  if (settings_.share.empty()) {
    told_->share = mirror::make_lone_share(*world_.clock);
    return {};
  }
  auto share =
      mirror::make_redis_share({.url = settings_.share, .name = settings_.name}, {.log = world_.log.named("share")});
  if (!share) return fail(share.error());
  told_->share = std::move(*share);
  return {};
}

Result<void> MirrorService::open_publisher() {
  if (!settings_.publish) return {};
  const auto& row = *settings_.publish;
  mirror::UpdatePublisher::Settings publish{
      .server = {.address = row.server}, .zone = row.zone, .cluster = row.cluster};
  if (!row.names.empty()) publish.names = row.names;
  if (row.key) {
    const auto keys = TsigKeys::read(*settings_.keys);
    if (!keys) return fail(keys.error().front());
    publish.server.key = keys->find(*row.key);
    if (!publish.server.key)
      return fail(ErrorCode::not_found,
                  "publish: there is no key " + row.key->to_string() + " in " + settings_.keys->string());
  }
  auto publisher = mirror::UpdatePublisher::make(std::move(publish), *world_.clock, world_.log.named("publish"));
  if (!publisher) return fail(publisher.error());
  elsewhere_ = std::move(*publisher);
  return {};
}

std::string MirrorService::trouble() const {
  const auto running = engine();
  return running ? running->state().journal_trouble : engine_.trouble();
}

// The configuration may have all only counted, whatever the settings say.
mirror::MirrorSettings MirrorService::settings_of(const mirror::ConfigVersion& version) const {
  auto settings = version.settings;
  settings.dry_run |= settings_.dry_run;
  return settings;
}

// Begins as soon as it can; from then on, hands new settings on.
void MirrorService::look() {
  if (const auto running = engine()) {
    const auto now = store_->current();
    if (now->number == seen_version_) return;
    seen_version_ = now->number;
    return running->settings(settings_of(*now));
  }
  const auto begin_at_a_hub = [this]() -> Result<void> {
    const auto hubs = edge::EdgeHub::running();
    if (hubs.empty()) return fail(ErrorCode::not_found, "no edge's door is open: `edges` opens one");
    return begin(hubs.back());
  };
  static_cast<void>(engine_.attempt(begin_at_a_hub, [] { return Result<void>(); }));
}

Result<void> MirrorService::begin(std::shared_ptr<edge::EdgeHub> hub) {
  auto journal = mirror::MirrorJournal::open(settings_.state / "journal", secret_);
  if (!journal) return fail(journal.error());
  const auto version = store_->current();
  mirror::MirrorEngine::Settings settings{.rules = mirror::MirrorRules::make(settings_.rules).value()};
  settings.interval = settings_.interval;
  settings.mirrors = settings_of(*version);
  auto world = engine_world();
  world.hub = std::move(hub);
  world.journal = std::move(*journal);
  std::shared_ptr<mirror::MirrorEngine> engine = mirror::MirrorEngine::start(std::move(settings), std::move(world));
  seen_version_ = version->number;
  hear_events(engine);
  engine_.set(std::move(engine));
  return {};
}

mirror::MirrorEngine::World MirrorService::engine_world() {
  mirror::MirrorEngine::World world{.clock = world_.clock, .metrics = world_.metrics, .log = world_.log};
  world.steering = steer::SteeringService::shared({world_.clock, world_.metrics, world_.log});
  world.share = told_->share.get();
  world.own = &told_->own;
  world.elsewhere = elsewhere_.get();
  world.planner = mirror::MirrorPlanner::make();
  world.demands = remembered_demands();
  world.keep = [this](std::vector<std::uint8_t> octets) { keep(std::move(octets)); };
  world.verifier = mirror::Verifier::start({}, *world_.clock);
  return world;
}

// The file is read when somebody is there to hear of it, and once for one engine.
void MirrorService::hear_events(const std::shared_ptr<mirror::MirrorEngine>& engine) {
  const auto expect = [weak = std::weak_ptr(engine)](const mirror::ExternalEvent& event) {
    const auto alive = weak.lock();
    if (alive) alive->expect(event);
    return alive != nullptr;
  };
  events_ = mirror::EventBoard::shared().listen(expect);
  if (settings_.events)
    event_file_ = std::make_unique<EventFile>(*settings_.events, *world_.clock, world_.log,
                                              [expect](const auto& events) { std::ranges::for_each(events, expect); });
}

// Clusters are numbers in there: what was learnt under other numbers is of no use.
std::string MirrorService::clusters_text() const {
  std::string text;
  for (const auto& name : settings_.clusters) text += name + ' ' + std::to_string(told_->own.cluster(name)) + '\n';
  return text + '\n';
}

// Each of the lines is one of ours; those that have come since may be missing.
bool MirrorService::knows_clusters(std::string_view text) const {
  const auto ours = '\n' + clusters_text();
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string_view::npos; at = end + 1)
    if (ours.find('\n' + std::string(text.substr(at, end - at)) + '\n') == std::string::npos) return false;
  return true;
}

std::unique_ptr<mirror::Demands> MirrorService::remembered_demands() {
  auto demands = mirror::make_forecast_demands(settings_.interval, settings_.series);
  const auto anew = [&](const std::string& why) {
    world_.log.warning("forecasts", why + "; what was learnt is learnt anew");
  };
  const auto octets = forecasts_->read();
  if (!octets) {
    if (octets.error().code != ErrorCode::not_found) anew(octets.error().message);
    return demands;
  }
  const std::string_view text(reinterpret_cast<const char*>(octets->data()), octets->size());
  const auto head = text.find("\n\n");
  if (head == std::string_view::npos || !knows_clusters(text.substr(0, head + 1)))
    anew("clusters are others, or in another order");
  else if (const auto loaded = demands->load(std::span(*octets).subspan(head + 2)); !loaded)
    anew(loaded.error().message);
  return demands;
}

void MirrorService::keep(std::vector<std::uint8_t> octets) {
  const auto head = clusters_text();
  octets.insert(octets.begin(), head.begin(), head.end());
  if (const auto written = forecasts_->write(octets); !written)
    world_.log.warning("forecasts", written.error().message + "; mirroring goes on");
}

}  // namespace harbinger::mirroring
