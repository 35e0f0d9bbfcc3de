#include "persona/persona_service.h"

#include <map>
#include <mutex>
#include <vector>

#include <harbinger/persona_directory.h>
#include <harbinger/repeater.h>
#include "base/calendar.h"

namespace harbinger::persona {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPause = 4ms;

struct Known {
  std::weak_ptr<PersonaService> service;
  std::string settings;
};
// Two worlds in one process, as in tests, have metrics each.
struct Registry {
  std::mutex lock;
  std::map<const Metrics*, Known> known;
};
Registry& registry() {
  static Registry only;
  return only;
}

std::string text_of(const PersonaService::Settings& settings) {
  return settings.engine.text() + '\n' + (settings.key ? settings.key->string() : "") + '\n' +
         std::to_string(settings.clients) + '\n' + (settings.http ? settings.http->to_string() : "");
}

Result<Secret> secret_of(const std::optional<std::filesystem::path>& key) {
  if (!key) return process_secret();
  return read_or_make_secret(*key);
}

}  // namespace

struct PersonaService::Thread {
  std::mutex busy;  // held while the feed works
  std::optional<Repeater> repeater;
};

Result<std::shared_ptr<PersonaService>> PersonaService::shared(const Settings& settings, const EngineWorld& world) {
  auto& all = registry();
  auto text = text_of(settings);
  const std::lock_guard guard(all.lock);
  auto& known = all.known[world.metrics];
  if (auto alive = known.service.lock()) {
    if (known.settings == text) return alive;
    return fail(ErrorCode::conflict,
                "a process has one persona engine: engine, catalogue, state, key, clients, redis, token, http and "
                "files for TLS must be the "
                "same in every server block, and change at the next start, not with a reload");
  }
  const auto secret = secret_of(settings.key);
  if (!secret) return fail(secret.error());
  auto engine = open_engine(settings.engine, world);
  if (!engine) return fail(engine.error());
  const std::shared_ptr<PersonaService> made(new PersonaService(settings, world, *secret, std::move(*engine)));
  if (const auto started = made->start(settings); !started) return fail(started.error());
  known = {made, std::move(text)};
  std::erase_if(all.known, [](const auto& each) { return each.second.service.expired(); });
  return made;
}

PersonaService::PersonaService(const Settings& settings, const EngineWorld& world, const Secret& secret,
                               std::shared_ptr<PersonaEngine> engine)
    : world_(world),
      keys_(secret),
      table_(settings.clients),
      metrics_(*world.metrics),
      engine_(std::move(engine)),
      feed_(settings.feed, engine_, table_, metrics_, *world.clock),
      thread_(std::make_unique<Thread>()) {
  read_offset();
}

Result<void> PersonaService::start(const Settings& settings) {
  if (settings.http) {
    auto server = HttpServer::shared(*settings.http);
    if (!server) return fail(std::move(server.error()));
    // An engine elsewhere has no door for operators here, only at its own place.
    const AdminPages::World world{engine_.get(), dynamic_cast<PersonaAdmin*>(engine_.get()),
                                  [] { return persona_directory().personas(); }, &keys_, world_.clock};
    auto door = HttpDoor::open(std::move(*server), settings.door, world, *world_.metrics);
    if (!door) return fail(std::move(door.error()));
    door_ = std::move(*door);
    world_.log.info("listening", "http://" + door_->server().address().to_string() + "/v1/personas");
  }
  show(*world_.metrics);
  watching_ = engine_->watch([this](const PersonaUpdate& update) { take_in(update); });
  thread_->repeater.emplace(kPause, [this] { work(); });
  return {};
}

PersonaService::~PersonaService() {
  door_.reset();
  thread_->repeater.reset();
  watching_.reset();
  gauges_.clear();
  persona_directory().publish({});
}

void PersonaService::work() {
  const std::lock_guard guard(thread_->busy);
  read_offset();
  feed_.work();
  const bool away = feed_.circuit() != Circuit::State::closed;
  if (away && !away_.exchange(away))
    world_.log.warning("engine", "the persona engine does not answer; new clients are of the persona default");
  if (!away && away_.exchange(away)) world_.log.info("engine", "the persona engine answers again");
}

void PersonaService::read_offset() {
  const auto unix = calendar_ms(*world_.clock);
  offset_ms_.store(unix - world_.clock->now().ns / 1'000'000, std::memory_order_relaxed);
}

// Called by the engine, one call at a time. Only clients that are here are of interest; the others ask when they come.
void PersonaService::take_in(const PersonaUpdate& update) {
  if (update.has_catalogue) {
    metrics_.name(update.catalogue);
    persona_directory().publish(update.catalogue);
  }
  for (const auto& each : update.assignments) table_.assign(each, PersonaTable::Place::only_known);
  for (const auto& each : update.successors) persona_directory().expected(each);
}

void PersonaService::show(Metrics& metrics) {
  gauges_.push_back(metrics.gauge("harbinger_persona_circuit",
                                  "0: the engine is asked; 1: it is left alone; 2: it is tried again.",
                                  [this] { return static_cast<double>(feed_.circuit()); }));
  gauges_.push_back(metrics.gauge("harbinger_persona_engine_up", "Whether the engine answers.", [this] {
    return feed_.circuit() == Circuit::State::closed && engine_->state().reachable ? 1.0 : 0.0;
  }));
  gauges_.push_back(metrics.gauge("harbinger_persona_known_clients", "Clients of whom a persona is known.",
                                  [this] { return static_cast<double>(table_.count(calendar(world_.clock->now()))); }));
}

void PersonaService::hurry() { thread_->repeater->wake(); }

void PersonaService::catch_up_all() {
  std::vector<std::shared_ptr<PersonaService>> alive;
  {
    auto& all = registry();
    const std::lock_guard guard(all.lock);
    for (const auto& [metrics, known] : all.known)
      if (auto each = known.service.lock()) alive.push_back(std::move(each));
  }
  for (const auto& each : alive) each->work();
}

std::string PersonaService::note() const {
  if (feed_.circuit() != Circuit::State::closed)
    return "the persona engine does not answer; new clients are of the persona default";
  const auto state = engine_->state();
  if (!state.trouble.empty()) return "persona engine: " + state.trouble;
  return state.reachable ? "" : "the persona engine cannot be reached; new clients are of the persona default";
}

}  // namespace harbinger::persona
