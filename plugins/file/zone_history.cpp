#include "plugins/file/zone_history.h"

#include <algorithm>

namespace harbinger::file {

namespace {

std::size_t octets_of(const std::vector<Record>& records) {
  std::size_t sum = records.size() * sizeof(Record);
  for (const Record& record : records) sum += record.rdata.size();
  return sum;
}

}  // namespace

std::size_t octets_of(const ZoneDelta& delta) {
  return sizeof delta + octets_of(delta.removed) + octets_of(delta.added);
}

void ZoneHistory::add(std::shared_ptr<const ZoneDelta> delta) {
  const std::lock_guard guard(lock_);
  if (!deltas_.empty() && deltas_.back()->to != delta->from) {
    deltas_.clear();
    octets_ = 0;
  }
  octets_ += octets_of(*delta);
  deltas_.push_back(std::move(delta));
  while (octets_ > most_octets_) {
    octets_ -= octets_of(*deltas_.front());
    deltas_.pop_front();
  }
}

void ZoneHistory::forget() {
  const std::lock_guard guard(lock_);
  deltas_.clear();
  octets_ = 0;
}

std::optional<std::vector<std::shared_ptr<const ZoneDelta>>> ZoneHistory::since(std::uint32_t serial) const {
  const std::lock_guard guard(lock_);
  // From the newest: after 2^32 changes an old serial comes again.
  const auto newest = std::find_if(deltas_.rbegin(), deltas_.rend(), [&](const auto& d) { return d->from == serial; });
  if (newest != deltas_.rend()) return std::vector(std::prev(newest.base()), deltas_.end());
  if (!deltas_.empty() && deltas_.back()->to == serial) return std::vector<std::shared_ptr<const ZoneDelta>>();
  return std::nullopt;
}

}  // namespace harbinger::file
