#include "provision/provision_record.h"

#include <algorithm>
#include <cmath>

#include "learn/record_octets.h"

namespace harbinger::provision {

namespace {

constexpr std::uint64_t kHadTag = 1, kEnded = 2, kFlags = 3;
constexpr double kMostCpus = 1e6;

}  // namespace

std::vector<std::uint8_t> write_record(const ProvisionJournal::Entry& entry) {
  learn::RecordWriter to;
  to.number((entry.had_tag ? kHadTag : 0) | (entry.ended ? kEnded : 0));
  to.text(entry.id);
  to.text(entry.pool);
  to.text(entry.provider);
  to.number(entry.tag);
  to.number(static_cast<std::uint64_t>(std::lround(std::clamp(entry.size.cpus, 0.0, kMostCpus) * 1000)));
  to.number(entry.size.memory_mb);
  to.number(static_cast<std::uint64_t>(std::max<UnixMillis>(entry.ordered, 0)));
  return std::move(to.octets);
}

std::optional<ProvisionJournal::Entry> read_record(std::span<const std::uint8_t> octets) {
  learn::RecordReader from{octets};
  ProvisionJournal::Entry entry;
  const auto flags = from.number(kFlags);
  entry.had_tag = (flags & kHadTag) != 0;
  entry.ended = (flags & kEnded) != 0;
  entry.id = from.text();
  entry.pool = from.text();
  entry.provider = from.text();
  entry.tag = from.number();
  entry.size.cpus = static_cast<double>(from.number(static_cast<std::uint64_t>(kMostCpus) * 1000)) / 1000;
  entry.size.memory_mb = from.number();
  entry.ordered = static_cast<UnixMillis>(from.number(INT64_MAX));
  if (!from.whole()) return std::nullopt;
  return entry;
}

}  // namespace harbinger::provision
