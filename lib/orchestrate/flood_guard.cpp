#include "orchestrate/flood_guard.h"

namespace harbinger::orchestrate {

FloodGuard::FloodGuard(const Settings& settings, std::uint64_t seed)
    : settings_(settings), buckets_(settings.actors, std::chrono::hours(1), seed) {}

bool FloodGuard::cuts(ActorKey actor, UnixMillis at, MonotonicTime now) {
  if (settings_.per_second <= 0) return false;
  auto* bucket = buckets_.find(actor, now);
  if (!bucket) {
    bucket = &buckets_.make(actor, now);
    *bucket = {settings_.burst, at};
  }
  // Acts of a little earlier refill nothing, and take nothing back.
  if (at > bucket->at) {
    const auto refill = static_cast<double>(at - bucket->at) / 1000 * settings_.per_second;
    bucket->tokens = std::min(settings_.burst, bucket->tokens + refill);
    bucket->at = at;
  }
  if (bucket->tokens < 1) return true;
  bucket->tokens -= 1;
  return false;
}

}  // namespace harbinger::orchestrate
