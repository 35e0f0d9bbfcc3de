#include "provision/nova_server.h"

#include <algorithm>
#include <charconv>

namespace harbinger::provision {

namespace {

bool is_wanted(const Json& address, NovaAddresses which) {
  if (which == NovaAddresses::all) return true;
  const bool floats = text_member(address, {"OS-EXT-IPS:type"}) == "floating";
  return floats == (which == NovaAddresses::floating);
}

Reach reach_of(const Json& object, NovaAddresses which) {
  Reach reach;
  const auto port = text_member(object, {"metadata", "harbinger_port"});
  std::from_chars(port.data(), port.data() + port.size(), reach.port);
  const auto* const networks = member(object, {"addresses"});
  if (!networks || !networks->is_object()) return reach;
  for (const auto& network : *networks) {
    if (!network.is_array()) continue;
    for (const auto& each : network) {
      const auto address = IpAddress::parse(text_member(each, {"addr"}));
      if (address && is_wanted(each, which)) reach.addresses.push_back(*address);
    }
  }
  return reach;
}

// For a moment before it goes, Nova still lists a server as DELETED, and as having no task.
bool is_ending(std::string_view status, std::string_view task) {
  return task == "deleting" || task == "soft-deleting" || status == "DELETED" || status == "SOFT_DELETED";
}

Found::Condition condition_of(const NovaServer& server) {
  using enum Found::Condition;
  const auto is = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, server.status) != words.end();
  };
  // A machine that was shut down from within has ended by itself.
  if (server.ending || is({"SHUTOFF", "SHELVED", "SHELVED_OFFLOADED"})) return gone;
  return is({"BUILD", "ERROR", "UNKNOWN"}) ? starting : running;
}

// Nova says in words only that no host has room.
Error fault_of(const Json& object, const NovaServer& server) {
  auto said = text_member(object, {"fault", "message"});
  const bool full = said.find("No valid host") != said.npos || said.find("uota") != said.npos;
  return {full ? ErrorCode::too_large : ErrorCode::denied,
          "server " + server.uuid + " is in ERROR: " + (said.empty() ? "(nothing more)" : said)};
}

}  // namespace

NovaServer server_state(const Json& object, NovaAddresses which) {
  NovaServer server{.uuid = text_member(object, {"id"}),
                    .created = text_member(object, {"created"}),
                    .status = text_member(object, {"status"})};
  server.ending = is_ending(server.status, text_member(object, {"OS-EXT-STS:task_state"}));
  server.found.condition = condition_of(server);
  if (server.found.condition == Found::Condition::running) server.found.reach = reach_of(object, which);
  if (server.status == "ERROR") server.trouble = fault_of(object, server);
  return server;
}

std::optional<NovaServer> read_server(const Json& object, std::string_view installation, NovaAddresses which) {
  if (text_member(object, {"metadata", "harbinger_installation"}) != installation) return std::nullopt;
  auto server = server_state(object, which);
  server.found.id = text_member(object, {"metadata", "harbinger_id"});
  server.found.template_name = text_member(object, {"metadata", "harbinger_pool"});
  if (server.uuid.empty() || server.found.id.empty()) return std::nullopt;
  return server;
}

}  // namespace harbinger::provision
