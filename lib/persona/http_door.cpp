#include "persona/http_door.h"

#include <iterator>

namespace harbinger::persona {

Result<std::unique_ptr<HttpDoor>> HttpDoor::open(std::shared_ptr<HttpServer> server, HttpDoorSettings settings,
                                                 const AdminPages::World& world, Metrics& metrics) {
  ReporterTokens tokens;
  if (settings.admin_tokens) {
    auto read = ReporterTokens::load(*settings.admin_tokens);
    if (!read) return fail(std::move(read.error()));
    tokens = std::move(*read);
  }
  auto endpoint = EventEndpoint::make(settings.events, {world.keys, world.clock, &metrics, sink_of(*world.engine)});
  if (!endpoint) return fail(std::move(endpoint.error()));

  std::unique_ptr<HttpDoor> door(new HttpDoor(std::move(server)));
  door->routes_ = serve_events(*door->server_, std::move(*endpoint), settings.events);
  auto pages = serve_admin(*door->server_, std::make_shared<const AdminPages>(world, std::move(tokens)));
  std::ranges::move(pages, std::back_inserter(door->routes_));
  return door;
}

}  // namespace harbinger::persona
