#include "orchestrate/estate_parts.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

#include "orchestrate/target_words.h"

namespace harbinger::orchestrate {

namespace {

using provision::text_member;

constexpr std::string_view kPrefix = "harbinger_";

std::optional<PartMark> mark_of(const Json& object, std::string_view installation) {
  const auto* const metadata = provision::member(object, {"metadata"});
  if (!metadata || !metadata->is_object() || text_member(*metadata, {"harbinger_estate"}) != installation)
    return std::nullopt;
  PartMark mark{.order = text_member(*metadata, {"harbinger_order"})};
  const auto part = text_member(*metadata, {"harbinger_part"});
  const auto read = std::from_chars(part.data(), part.data() + part.size(), mark.part);
  if (mark.order.empty() || read.ec != std::errc() || mark.part >= kMostParts) return std::nullopt;
  std::map<std::string, std::string> words;
  for (const auto& [name, value] : metadata->items())
    if (name.starts_with(kPrefix) && value.is_string()) words[name.substr(kPrefix.size())] = value.get<std::string>();
  mark.need = read_need_words(words);
  return mark;
}

template <class Each>
const Each* oldest(const std::vector<Each>& of, std::uint32_t part, auto ends, auto age) {
  const Each* found = nullptr;
  for (const auto& each : of)
    if (each.mark.part == part && !ends(each) && (!found || age(each) < age(*found))) found = &each;
  return found;
}

std::string server_trouble(const EstateServer& server) {
  const auto what = "server " + std::to_string(server.mark.part) + " ";
  if (server.nova.trouble) return server.nova.trouble->message;
  if (server.lost()) return what + "is in state " + server.nova.status;
  const bool other = !server.flavor.empty() && !server.wanted_flavor.empty() && server.flavor != server.wanted_flavor;
  if (server.nova.status == "ACTIVE" && other)
    return what + "has flavor " + server.flavor + ", not " + server.wanted_flavor;
  return {};
}

// One part of an order, as far as it has come.
struct PartState {
  bool ready = false;
  std::string trouble{};  ///< what it is kept back by
};

PartState state_of(const EstateParts& parts, std::uint32_t number, const Need& need) {
  const auto* const server = parts.server(number);
  const auto* const volume = parts.volume(number);
  const auto name = std::to_string(number);
  if (!server)
    return {.trouble = volume ? "there is a volume " + name + " without its server" : "server " + name + " is missing"};
  if (auto trouble = server_trouble(*server); !trouble.empty()) return {.trouble = std::move(trouble)};
  const bool active = server->nova.status == "ACTIVE";
  if (need.storage_gb == 0) return {.ready = active};
  if (!volume) return {.trouble = "volume " + name + " is missing"};
  if (volume->lost()) return {.trouble = "volume " + name + " is in state " + volume->status};
  return {.ready = active && volume->status == "in-use" && volume->server == server->nova.uuid};
}

const Need* need_in(const EstateParts& parts) {
  const PartMark* first = nullptr;
  const auto take = [&](const PartMark& mark) {
    if (!first || mark.part < first->part) first = &mark;
  };
  for (const auto& each : parts.servers)
    if (!each.nova.ending) take(each.mark);
  for (const auto& each : parts.volumes)
    if (!first && !each.ending()) take(each.mark);
  return first ? &first->need : nullptr;
}

bool has_surplus(const EstateParts& parts, std::uint32_t count) {
  return std::ranges::any_of(parts.servers,
                             [&](const EstateServer& each) { return each.mark.part >= count && !each.nova.ending; });
}

}  // namespace

std::string part_name(std::string_view installation, std::string_view id) {
  return "harbinger-estate-" + std::string(installation) + "-" + std::string(id);
}

std::string part_name(std::string_view installation, std::string_view id, std::uint32_t part) {
  return part_name(installation, id) + "-" + std::to_string(part);
}

Json part_metadata(std::string_view installation, std::string_view id, std::uint32_t part, const Need& need,
                   std::string_view flavor) {
  Json metadata{{"harbinger_estate", installation},
                {"harbinger_order", id},
                {"harbinger_part", std::to_string(part)},
                {"harbinger_flavor", flavor}};
  for (const auto& [name, value] : need_words(need)) metadata[std::string(kPrefix) + name] = value;
  return metadata;
}

bool EstateServer::lost() const {
  return nova.status == "ERROR" || (!nova.ending && nova.found.condition == provision::Found::Condition::gone);
}

std::optional<EstateServer> read_estate_server(const Json& object, std::string_view installation,
                                               provision::NovaAddresses which) {
  auto mark = mark_of(object, installation);
  EstateServer server{.nova = provision::server_state(object, which)};
  if (!mark || server.nova.uuid.empty()) return std::nullopt;
  server.mark = std::move(*mark);
  server.flavor = text_member(object, {"flavor", "original_name"});
  server.wanted_flavor = text_member(object, {"metadata", "harbinger_flavor"});
  for (const auto& each : provision::list_member(object, {"os-extended-volumes:volumes_attached"}))
    server.volumes.push_back(text_member(each, {"id"}));
  return server;
}

std::optional<EstateVolume> read_estate_volume(const Json& object, std::string_view installation) {
  auto mark = mark_of(object, installation);
  EstateVolume volume{.id = text_member(object, {"id"}),
                      .created = text_member(object, {"created_at"}),
                      .status = text_member(object, {"status"})};
  if (!mark || volume.id.empty()) return std::nullopt;
  volume.mark = std::move(*mark);
  for (const auto& each : provision::list_member(object, {"attachments"}))
    volume.server = text_member(each, {"server_id"});
  return volume;
}

const EstateServer* EstateParts::server(std::uint32_t part) const {
  return oldest(
      servers, part, [](const EstateServer& each) { return each.nova.ending; },
      [](const EstateServer& each) { return std::tie(each.nova.created, each.nova.uuid); });
}

const EstateVolume* EstateParts::volume(std::uint32_t part) const {
  return oldest(
      volumes, part, [](const EstateVolume& each) { return each.ending(); },
      [](const EstateVolume& each) { return std::tie(each.created, each.id); });
}

Made made_of(const std::string& id, const EstateParts& parts) {
  Made made{.id = id};
  const auto* const need = need_in(parts);
  if (!need) {
    made.condition = Made::Condition::gone;
    return made;
  }
  made.need = *need;
  for (std::uint32_t number = 0; number < need->count; ++number) {
    auto state = state_of(parts, number, *need);
    if (!state.trouble.empty() && made.trouble.empty()) made.trouble = std::move(state.trouble);
    if (!state.ready) continue;
    ++made.parts;
    made.reach.push_back(parts.server(number)->nova.found.reach);
  }
  if (!made.trouble.empty())
    made.condition = Made::Condition::partly;
  else if (made.parts == need->count && !has_surplus(parts, need->count))
    made.condition = Made::Condition::ready;
  return made;
}

}  // namespace harbinger::orchestrate
