#include "mirror/own_answers.h"

#include <algorithm>
#include <vector>

#include <harbinger/access.h>

namespace harbinger::mirror {

namespace {

constexpr Duration kRemembered =
    std::chrono::minutes(10);  // versions of what ended: whoever is late is later than this never

}  // namespace

OwnAnswers::OwnAnswers(const Clock& clock, Changed changed)
    : clock_(clock), changed_(std::move(changed)), table_(new Table) {}
OwnAnswers::~OwnAnswers() = default;

ClusterId OwnAnswers::cluster(std::string_view name) {
  const std::lock_guard lock(lock_);
  if (const auto known = clusters_.find(name); known != clusters_.end()) return known->second;
  if (clusters_.size() >= kMostClusters) return kMostClusters;
  return clusters_.emplace(name, static_cast<ClusterId>(clusters_.size())).first->second;
}

const Publication* OwnAnswers::find(std::uint64_t resource, ClusterId cluster) const noexcept {
  const auto* table = table_.load();
  if (table->empty()) return nullptr;
  const auto found = table->find({resource, cluster});
  if (found == table->end() || found->second.what->servers.empty() || clock_.now() >= found->second.until)
    return nullptr;
  return found->second.what.get();
}

std::shared_ptr<const Publication> OwnAnswers::find(std::string_view resource, std::string_view cluster) const {
  const std::lock_guard lock(lock_);
  const auto id = clusters_.find(cluster);
  if (id == clusters_.end()) return nullptr;
  const auto found = newest_.find({resource_hash(resource), id->second});
  if (found == newest_.end() || found->second.what->servers.empty() || clock_.now() >= found->second.until)
    return nullptr;
  return found->second.what;
}

OwnAnswers::Kept OwnAnswers::keep(const Publication& what) {
  const auto id = cluster(what.cluster);
  const std::lock_guard lock(lock_);
  auto& entry = newest_[{resource_hash(what.resource), id}];
  if (entry.what && what.version < entry.what->version) return Kept::late;
  const auto now = clock_.now();
  const bool held = entry.what && !entry.what->servers.empty() && now < entry.until;
  const bool same = held ? entry.what->servers == what.servers && entry.what->ttl == what.ttl : what.servers.empty();
  entry = {std::make_shared<const Publication>(what),
           now + (what.servers.empty() ? kRemembered : Duration(what.lease))};
  table_.publish(new Table(newest_));
  return same ? Kept::same : Kept::changed;
}

void OwnAnswers::publish(const Publication& what, Done done) {
  const auto kept = keep(what);
  if (kept == Kept::changed && changed_) changed_(what.resource);
  if (!done) return;
  if (kept == Kept::late)
    done(fail(ErrorCode::conflict, "there is a later publication of " + what.resource + " in " + what.cluster));
  else
    done({});
}

void OwnAnswers::tick() {
  std::vector<std::string> ended;
  {
    const std::lock_guard lock(lock_);
    const auto now = clock_.now();
    const auto forgotten = std::erase_if(
        newest_, [&](const auto& each) { return each.second.what->servers.empty() && now >= each.second.until; });
    for (auto& [key, entry] : newest_) {
      if (now < entry.until) continue;
      auto nothing = *entry.what;
      nothing.servers.clear();
      ended.push_back(nothing.resource);
      entry = {std::make_shared<const Publication>(std::move(nothing)), now + kRemembered};
    }
    if (forgotten > 0 || !ended.empty()) table_.publish(new Table(newest_));
  }
  if (!changed_) return;
  for (const auto& each : ended) changed_(each);
}

std::size_t OwnAnswers::size() const {
  const std::lock_guard lock(lock_);
  return static_cast<std::size_t>(std::ranges::count_if(newest_, [&](const auto& each) {
    return !each.second.what->servers.empty() && clock_.now() < each.second.until;
  }));
}

}  // namespace harbinger::mirror
