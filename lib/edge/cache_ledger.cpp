#include "edge/cache_ledger.h"

#include <algorithm>

namespace harbinger::edge {

namespace {

constexpr std::size_t kMostRefusals = 8192;
constexpr double kLeastUsual = 1;  // second

}  // namespace

CacheLedger::CacheLedger(std::size_t most)
    : entries_(most, [this](const Entry& entry) { unused_ += entry.ours; }), refusals_(kMostRefusals) {}

bool CacheLedger::holds(std::uint64_t key, MonotonicTime now) {
  const Entry* const entry = entries_.find(key);
  return entry && now < entry->until;
}

std::string CacheLedger::refusal(std::uint64_t key, MonotonicTime now) {
  const Refusal* const refusal = refusals_.find(key);
  return refusal && now < refusal->until ? refusal->why : std::string();
}

CacheLedger::Entry& CacheLedger::keep(std::uint64_t key, std::optional<std::chrono::seconds> fresh_for,
                                      MonotonicTime now) {
  Entry& entry = entries_.at(key);
  if (fresh_for) {
    entry.lifetime = *fresh_for;
    if (fresh_for->count() > 0) usually(static_cast<double>(fresh_for->count()));
  }
  const auto usual = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(usual_s_));
  entry.until = now + std::min<Duration>(entry.lifetime.count() > 0 ? Duration(entry.lifetime) : usual, kLongest);
  return entry;
}

void CacheLedger::usually(double lifetime_s) {
  usual_s_ =
      std::clamp(usual_s_ + (lifetime_s - usual_s_) / 16, kLeastUsual, static_cast<double>(kUsuallyFresh.count()));
}

void CacheLedger::fetched(std::uint64_t key, std::optional<std::chrono::seconds> fresh_for, MonotonicTime now) {
  Entry& entry = keep(key, fresh_for, now);
  unused_ += entry.ours;
  entry.ours = true;
}

void CacheLedger::found(std::uint64_t key, std::optional<std::chrono::seconds> fresh_for, MonotonicTime now) {
  keep(key, fresh_for, now);
}

void CacheLedger::refused(std::uint64_t key, std::string why, MonotonicTime now) {
  refusals_.at(key) = {now + kRefusedFor, std::move(why)};
}

// A hit does not say how much longer it is fresh; a miss filled the cache anew.
bool CacheLedger::wanted(std::uint64_t key, bool hit, bool keepable, MonotonicTime now) {
  Entry* entry = entries_.find(key);
  const bool ours = entry && entry->ours;
  if (hit) {
    if (!entry || entry->until <= now) entry = &keep(key, std::nullopt, now);
    entry->ours = false;
    return ours;
  }
  unused_ += ours;
  // It was believed to be there: others of which nothing was told are gone sooner, too.
  if (entry && now < entry->until && entry->lifetime.count() == 0) usually(usual_s_ / 2);
  if (!keepable) {
    entries_.erase(key);
    return false;
  }
  keep(key, std::nullopt, now).ours = false;
  return false;
}

}  // namespace harbinger::edge
