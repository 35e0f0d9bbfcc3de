#include "plugins/edges/door.h"

#include <algorithm>
#include <utility>

#include "base/calendar.h"
#include "mirror/event_board.h"

namespace harbinger::edges {

namespace {

std::size_t measure(edge::EdgeHub& hub, std::span<const edge::LatencyReport> reports) {
  return static_cast<std::size_t>(std::ranges::count_if(reports, [&](const auto& each) {
    return hub.measured(each.clients.address, each.endpoint, static_cast<double>(each.rtt_ms));
  }));
}

std::size_t expect(std::span<const edge::EventReport> reports) {
  const auto now = calendar_ms(system_clock());
  return static_cast<std::size_t>(std::ranges::count_if(reports, [now](const auto& each) {
    const UnixMillis at = each.at == 0 ? now : each.at;
    return mirror::EventBoard::shared().post({each.tag, each.resources, each.cluster, at, each.lift, each.lasts});
  }));
}

Result<Door> open_over_rpc(const std::shared_ptr<edge::EdgeHub>& hub, const edge::HubServerSettings& settings) {
  const edge::ReportSinks sinks{
      .latencies = [hub](std::span<const edge::LatencyReport> reports) { return measure(*hub, reports); },
      .events = expect};
  auto server = edge::load_hub_server(hub, sinks, settings);
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
