#include "mirror/share_publications.h"

#include <algorithm>

#include <harbinger/access.h>

namespace harbinger::mirror {

SharePublications::Taken SharePublications::take(const Publication& what, MonotonicTime until, MonotonicTime now) {
  if (until <= now) return Taken::old;
  const auto [at, first] = entries_.try_emplace({resource_hash(what.resource), what.cluster}, Entry{what, until});
  if (first) return Taken::changed;
  Entry& known = at->second;
  if (known.what == what) {
    known.until = std::max(known.until, until);
    return Taken::renewed;
  }
  if (what.version <= known.what.version && now < known.until) return Taken::old;
  known = {what, until};
  return Taken::changed;
}

std::vector<Publication> SharePublications::end(MonotonicTime now) {
  std::vector<Publication> ended;
  std::erase_if(entries_, [&](auto& entry) {
    if (now < entry.second.until) return false;
    if (!entry.second.what.servers.empty()) ended.push_back(std::move(entry.second.what));
    return true;
  });
  for (auto& each : ended) each.servers.clear();
  return ended;
}

MonotonicTime SharePublications::next_end() const {
  MonotonicTime next{INT64_MAX};
  for (const auto& [key, entry] : entries_) next = std::min(next, entry.until);
  return next;
}

std::vector<Publication> SharePublications::published(MonotonicTime now) const {
  std::vector<Publication> all;
  for (const auto& [key, entry] : entries_)
    if (!entry.what.servers.empty() && now < entry.until) all.push_back(entry.what);
  return all;
}

std::uint64_t SharePublications::version(std::uint64_t resource, std::string_view cluster) const {
  const auto at = entries_.find({resource, std::string(cluster)});
  return at == entries_.end() ? 0 : at->second.what.version;
}

}  // namespace harbinger::mirror
