#include "plugins/edges/service.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include <harbinger/foresight.h>
#include "steer/place_table.h"

namespace harbinger::edges {

namespace {

struct Known {
  std::weak_ptr<EdgeService> service;
  std::string files;
};
// Two worlds in one process, as in tests, have metrics each.
struct Registry {
  std::mutex lock;
  std::map<std::pair<const Metrics*, SocketAddress>, Known> known;
};
Registry& registry() {
  static Registry only;
  return only;
}

std::string files_of(const edge::HubServerSettings& settings) {
  std::string text;
  for (const auto& file : {settings.certificate, settings.key, settings.client_ca, settings.tokens})
    text += (file ? file->string() : "") + '\n';
  return text;
}

void suggest(const edge::Line& line) {
  for (const auto& learner : Foresight::running()) learner->suggest(line.context, 0, line.successors);
}

}  // namespace

Result<std::shared_ptr<EdgeService>> EdgeService::shared(const edge::HubServerSettings& settings, const World& world) {
  auto& all = registry();
  const std::lock_guard guard(all.lock);
  auto files = files_of(settings);
  auto& known = all.known[{world.metrics, settings.listen.front()}];
  if (auto alive = known.service.lock()) {
    if (known.files == files) return alive;
    return fail(ErrorCode::conflict, "edges come in at " + settings.listen.front().to_string() +
                                         " already: certificate, private_key, client_ca and tokens must be the same in "
                                         "every server block, and change at the next start, not with a reload");
  }
  const std::shared_ptr<EdgeService> made(new EdgeService(world));
  auto door = open_door(made->hub_, settings);
  if (!door) return fail(door.error());
  made->door_ = std::move(*door);
  known = {made, std::move(files)};
  std::erase_if(all.known, [](const auto& each) { return each.second.service.expired(); });
  return made;
}

EdgeService::EdgeService(const World& world)
    : hub_(edge::EdgeHub::make({}, {.clock = world.clock,
                                    .metrics = world.metrics,
                                    .log = world.log,
                                    .steering = steer::SteeringService::shared({world.clock, world.metrics, world.log}),
                                    .place = steer::place_in_use,
                                    .learn = suggest,
                                    .wake = [this] { thread_->wake(); }})) {
  thread_ = std::make_unique<Repeater>([this] { return hub_->pause(); }, [this] { hub_->tick(); });
}

// No session may wake a thread that is gone.
EdgeService::~EdgeService() {
  door_.reset();
  thread_.reset();
}

}  // namespace harbinger::edges
