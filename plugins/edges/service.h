// The hub of an address with its door and its thread: the process's one, across reloads.
#pragma once

#include <memory>

#include <harbinger/repeater.h>
#include "edge/hub.h"
#include "plugins/edges/door.h"

namespace harbinger::edges {

class EdgeService {
 public:
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
  };
  /// Made for the first who asks for this address, gone after the last, so that sessions survive a reload. Errors: conflict, when the address is open
  /// already with other files; those of open_door().
  static Result<std::shared_ptr<EdgeService>> shared(const edge::HubServerSettings& settings, const World& world);
  ~EdgeService();
  EdgeService(const EdgeService&) = delete;
  EdgeService& operator=(const EdgeService&) = delete;

  edge::EdgeHub& hub() { return *hub_; }

 private:
  explicit EdgeService(const World& world);

  std::shared_ptr<edge::EdgeHub> hub_;
  std::unique_ptr<Repeater> thread_;
  Door door_;
};

}  // namespace harbinger::edges
