#include "learn/dns_feed.h"

namespace harbinger {

std::uint32_t DnsFeed::record(std::string_view name, std::uint16_t type) {
  std::string key(name);
  key += '/';
  key += std::to_string(type);
  const auto [place, added] = index_.try_emplace(std::move(key), static_cast<std::uint32_t>(records.size()));
  if (added) records.push_back({std::string(name), type});
  return place->second;
}

}  // namespace harbinger
