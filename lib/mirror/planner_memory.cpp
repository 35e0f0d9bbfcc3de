#include "mirror/planner_memory.h"

#include <functional>

namespace harbinger::mirror {

namespace {

std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 32)) * 0x9e3779b97f4a7c15ULL;
  return value ^ (value >> 29);
}

}  // namespace

std::uint64_t mirror_key(std::uint64_t resource, std::string_view cluster, std::string_view server) {
  const std::hash<std::string_view> hash;
  return mix(mix(mix(resource) + hash(cluster)) + hash(server));
}

void CoolDowns::begin(std::uint64_t key, MonotonicTime now) {
  if (!since_.insert_or_assign(key, now).second) return;
  order_.push_back(key);
  if (order_.size() <= kMost) return;
  since_.erase(order_.front());
  order_.pop_front();
}

bool CoolDowns::cooling(std::uint64_t key, std::chrono::seconds length, MonotonicTime now) const {
  const auto found = since_.find(key);
  return found != since_.end() && now - found->second < length;
}

MonotonicTime Silences::silent(std::uint64_t key, MonotonicTime now) {
  const auto before = since_.find(key);
  const auto since = before == since_.end() ? now : before->second;
  return next_.try_emplace(key, since).first->second;
}

}  // namespace harbinger::mirror
