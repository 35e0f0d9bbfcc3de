#include "plugins/edges/door.h"

#include <algorithm>
#include <utility>

namespace harbinger::edges {

namespace {

Result<Door> open_over_rpc(const std::shared_ptr<edge::EdgeHub>& hub, const edge::HubServerSettings& settings) {
  auto server = edge::load_hub_server(
      hub,
      [hub](std::span<const edge::LatencyReport> reports) {
        return static_cast<std::size_t>(std::ranges::count_if(reports, [&](const auto& each) {
          return hub->measured(each.clients.address, each.endpoint, static_cast<double>(each.rtt_ms));
        }));
      },
      settings);
  if (!server) return fail(server.error());
  return Door(std::move(*server));
}

DoorSource::Open& in_use() {
  static DoorSource::Open open = open_over_rpc;
  return open;
}

}  // namespace

Result<Door> open_door(const std::shared_ptr<edge::EdgeHub>& hub, const edge::HubServerSettings& settings) {
  return in_use()(hub, settings);
}

DoorSource::DoorSource(Open open) : before_(std::exchange(in_use(), std::move(open))) {}
DoorSource::~DoorSource() { in_use() = std::move(before_); }

}  // namespace harbinger::edges
