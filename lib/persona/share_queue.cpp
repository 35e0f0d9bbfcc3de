#include "persona/share_queue.h"

#include <functional>
#include <ranges>
#include <utility>

namespace harbinger::persona {

// Client keys are hashes already.
std::size_t ShareQueue::KeyHash::operator()(const Key& key) const {
  return key.client ^ std::hash<std::string>()(key.name);
}

ShareQueue::Lane& ShareQueue::lane_of(const ShareItem& item) {
  if (item.kind == ValueKind::table) return tables_;
  return item.kind == ValueKind::assignment ? assignments_ : profiles_;
}

void ShareQueue::put(ShareItem item) {
  const std::lock_guard lock(mutex_);
  Lane& lane = lane_of(item);
  auto [place, fresh] = lane.places.try_emplace(key_of(item));
  if (!fresh && place->second->stamp > item.stamp) return;
  lane.octets += item.value.size();
  if (fresh) {
    place->second = lane.items.insert(lane.items.end(), std::move(item));
    return shed(lane);
  }
  lane.octets -= place->second->value.size();
  *place->second = std::move(item);
  shed(lane);
}

void ShareQueue::put_if_missing(std::vector<ShareItem> items) {
  const std::lock_guard lock(mutex_);
  insert_first(std::move(items));
}

void ShareQueue::put_back(std::vector<ShareItem> items) {
  const std::lock_guard lock(mutex_);
  taken_ -= items.size();
  insert_first(std::move(items));
}

void ShareQueue::settled() {
  const std::lock_guard lock(mutex_);
  --taken_;
}

std::size_t ShareQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return tables_.items.size() + assignments_.items.size() + profiles_.items.size() + taken_;
}

std::uint64_t ShareQueue::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

void ShareQueue::insert_first(std::vector<ShareItem> items) {
  for (ShareItem& item : std::views::reverse(items)) {
    Lane& lane = lane_of(item);
    auto [place, fresh] = lane.places.try_emplace(key_of(item));
    if (!fresh) continue;
    lane.octets += item.value.size();
    place->second = lane.items.insert(lane.items.begin(), std::move(item));
  }
  for (Lane* lane : {&tables_, &assignments_, &profiles_}) shed(*lane);
}

std::vector<ShareItem> ShareQueue::take(std::size_t most, std::size_t octets, UnixMillis now) {
  const std::lock_guard lock(mutex_);
  std::vector<ShareItem> taken;
  std::size_t size = 0;
  for (Lane* lane : {&tables_, &assignments_, &profiles_})
    while (!lane->items.empty() && taken.size() < most && size < octets) {
      ShareItem item = take_first(*lane);
      if (item.until != 0 && item.until <= now) continue;
      size += item.value.size();
      taken.push_back(std::move(item));
    }
  taken_ += taken.size();
  return taken;
}

ShareItem ShareQueue::take_first(Lane& lane) {
  ShareItem item = std::move(lane.items.front());
  lane.places.erase(key_of(item));
  lane.items.pop_front();
  lane.octets -= item.value.size();
  return item;
}

bool ShareQueue::too_full(const Lane& lane) const {
  if (&lane == &tables_) return lane.items.size() > kMostTables;
  return lane.items.size() > most_ || lane.octets > kMostOctets;
}

void ShareQueue::shed(Lane& lane) {
  while (!lane.items.empty() && too_full(lane)) {
    take_first(lane);
    ++lost_;
  }
}

}  // namespace harbinger::persona
