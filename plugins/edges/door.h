// How edges come in.
#pragma once

#include <functional>
#include <memory>

#include "edge/hub.h"
#include "edge/hub_loader.h"

namespace harbinger::edges {

/// Edges can join while it lives.
using Door = std::shared_ptr<void>;

/// A door of that kind, over gRPC. Errors: those of load_hub_server().
Result<Door> open_door(const std::shared_ptr<edge::EdgeHub>& hub, const edge::HubServerSettings& settings);

/// How doors are opened instead while it lives, for tests. The latest counts.
class DoorSource {
 public:
  using Open = std::function<Result<Door>(const std::shared_ptr<edge::EdgeHub>&, const edge::HubServerSettings&)>;
  explicit DoorSource(Open open);
  ~DoorSource();
  DoorSource(const DoorSource&) = delete;
  DoorSource& operator=(const DoorSource&) = delete;

 private:
  Open before_;
};

}  // namespace harbinger::edges
