#include "persona/resource_names.h"

#include <algorithm>

#include "persona/network.h"

namespace harbinger::persona {

ResourceNames::ResourceNames() : resources_(ActCode::kResources), sites_(ActCode::kSites) {}

void ResourceNames::note(const ActCode& act, ClientKey client, std::string_view resource) {
  note(resources_[act.resource], client, resource_hash(resource), resource);
  const auto site = site_of(resource);
  note(sites_[act.site], client, resource_hash(site), site);
}

// Boyer and Moore's vote: the text of a bucket's majority stays.
void ResourceNames::note(Entry& entry, ClientKey client, std::uint64_t hash, std::string_view text) {
  constexpr std::uint32_t kMostWeight = 1 << 16;
  const auto mark = static_cast<std::uint32_t>(hash);
  if (entry.weight != 0 && entry.hash != mark) {
    --entry.weight;
    return;
  }
  if (entry.weight == 0) {
    entry.hash = mark;
    entry.known = 0;
    entry.text = text;
  }
  entry.weight = std::min(entry.weight + 1, kMostWeight);
  if (entry.known == kLeastClients) return;
  const auto who = static_cast<std::uint16_t>(client >> 16);
  const auto known = std::span(entry.clients).first(entry.known);
  if (std::ranges::find(known, who) == known.end()) entry.clients[entry.known++] = who;
}

}  // namespace harbinger::persona
