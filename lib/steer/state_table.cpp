#include "steer/state_table.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>

namespace harbinger::steer {

const StateTable::Line StateTable::kNobody{.up = false};

Direction Direction::of(const Place& place) noexcept {
  if (!place.has_position()) return {};
  constexpr auto kRadians = static_cast<float>(std::numbers::pi / 18'000);
  const float north = static_cast<float>(place.latitude) * kRadians;
  const float east = static_cast<float>(place.longitude) * kRadians;
  const float level = std::cos(north);
  return {level * std::cos(east), level * std::sin(east), std::sin(north)};
}

namespace {

// A preference names a provider, a cluster, a country or a continent.
bool is_at(const Endpoint& endpoint, std::string_view location) {
  const auto code = [](const std::array<char, 2>& letters) {
    return letters[0] == 0 ? std::string_view() : std::string_view(letters.data(), letters.size());
  };
  return !location.empty() && (location == endpoint.provider || location == endpoint.cluster ||
                               location == code(endpoint.place.country) || location == code(endpoint.place.continent));
}

std::uint64_t next_version() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

StateTable::Line line_of(const EndpointBook::Entry& entry, std::span<const PersonaProfile> personas) {
  const auto& endpoint = entry.endpoint;
  StateTable::Line line;
  line.direction = Direction::of(endpoint.place);
  line.load = entry.state.load;
  line.cost = static_cast<float>(endpoint.cost);
  line.weight = static_cast<float>(endpoint.weight);
  line.defined = true;
  line.up = entry.state.up;
  line.for_all = endpoint.personas.empty();
  for (const auto& persona : personas) {
    if (std::ranges::find(endpoint.personas, persona.name) != endpoint.personas.end()) line.personas.set(persona.id);
    if (is_at(endpoint, persona.location)) line.preferred.set(persona.id);
  }
  if (std::ranges::find(endpoint.personas, kDefaultPersonaName) != endpoint.personas.end()) line.personas.set(0);
  return line;
}

}  // namespace

StateTable::StateTable(const std::vector<EndpointBook::Entry>& entries,
                       std::span<const std::shared_ptr<const Pool>> pools,
                       std::shared_ptr<const ConditionTable> conditions, std::span<const PersonaProfile> personas)
    : version_(next_version()), conditions_(std::move(conditions)) {
  const std::size_t size = entries.empty() ? 0 : std::size_t{entries.back().id} + 1;
  lines_.resize(size);
  endpoints_.resize(size);
  std::vector<float> unrest(size);
  for (const auto& entry : entries) {
    lines_[entry.id] = line_of(entry, personas);
    endpoints_[entry.id] = entry.endpoint;
    unrest[entry.id] = entry.state.unrest;
  }
  for (const auto& pool : pools) {
    const auto number = pool->number();
    members_.resize(std::max(members_.size(), std::size_t{number} + 1));
    unrest_.resize(members_.size());
    members_[number] = members_of(pool->settings());
    float sum = 0;
    for (const auto member : members_[number]) sum += unrest[member];
    unrest_[number] = sum < 0.5f ? 0 : sum < 2 ? 1 : 2;
  }
}

std::vector<EndpointId> StateTable::members_of(const PoolSettings& pool) const {
  std::vector<EndpointId> members;
  const auto take = [&](EndpointId id) {
    if (lines_[id].defined && std::ranges::find(members, id) == members.end()) members.push_back(id);
  };
  for (const auto& name : pool.endpoints)
    for (std::size_t id = 0; id < endpoints_.size(); ++id)
      if (endpoints_[id].name == name) take(static_cast<EndpointId>(id));
  for (const auto& cluster : pool.clusters)
    for (std::size_t id = 0; id < endpoints_.size(); ++id)
      if (endpoints_[id].cluster == cluster) take(static_cast<EndpointId>(id));
  if (members.size() > Pool::kMostMembers) members.resize(Pool::kMostMembers);
  return members;
}

}  // namespace harbinger::steer
