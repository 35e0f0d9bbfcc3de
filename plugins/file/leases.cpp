#include "plugins/file/leases.h"

#include <algorithm>
#include <tuple>

namespace harbinger::file {

bool Leases::Key::operator<(const Key& other) const {
  return std::tie(name, type, rdata) < std::tie(other.name, other.type, other.rdata);
}

void Leases::set(const Record& record, std::optional<UnixMillis> until) {
  Key key{record.name, record.type, record.rdata};
  if (until) {
    by_record_.insert_or_assign(std::move(key), Lease{record, *until});
  } else {
    by_record_.erase(key);
  }
}

bool Leases::has(const Record& record) const { return by_record_.contains({record.name, record.type, record.rdata}); }

std::vector<Record> Leases::over(UnixMillis now) const {
  std::vector<Record> records;
  for (const auto& [key, lease] : by_record_)
    if (lease.until <= now) records.push_back(lease.record);
  return records;
}

std::optional<UnixMillis> Leases::next() const {
  std::optional<UnixMillis> next;
  for (const auto& [key, lease] : by_record_) next = std::min(next.value_or(lease.until), lease.until);
  return next;
}

std::vector<Lease> Leases::all() const {
  std::vector<Lease> leases;
  for (const auto& [key, lease] : by_record_) leases.push_back(lease);
  return leases;
}

}  // namespace harbinger::file
