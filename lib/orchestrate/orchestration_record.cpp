// Entries of the journal as records.
#include <algorithm>
#include <array>

#include "learn/record_octets.h"
#include "orchestrate/orchestration_journal.h"

namespace harbinger::orchestrate {

namespace {

using Entry = OrchestrationJournal::Entry;

constexpr std::array kFlags{&Entry::asked, &Entry::claimed, &Entry::removing, &Entry::approved, &Entry::ended};

}  // namespace

std::vector<std::uint8_t> write_record(const Entry& entry) {
  std::uint64_t flags = 0;
  for (std::size_t i = 0; i < kFlags.size(); ++i)
    if (entry.*kFlags[i]) flags |= std::uint64_t{1} << i;
  learn::RecordWriter to;
  to.number(flags);
  for (const auto* text :
       {&entry.id, &entry.target, &entry.need.kind, &entry.need.machine, &entry.need.image, &entry.need.security})
    to.text(*text);
  for (const auto number : {entry.need.count, entry.need.storage_gb, entry.need.bandwidth_mbps}) to.number(number);
  to.number(entry.user);
  to.number(entry.action);
  to.number(static_cast<std::uint64_t>(std::max<UnixMillis>(entry.ordered, 0)));
  return std::move(to.octets);
}

std::optional<Entry> read_record(std::span<const std::uint8_t> octets) {
  learn::RecordReader from{octets};
  Entry entry;
  const auto flags = from.number((std::uint64_t{1} << kFlags.size()) - 1);
  for (std::size_t i = 0; i < kFlags.size(); ++i) entry.*kFlags[i] = (flags >> i & 1) != 0;
  for (auto* text :
       {&entry.id, &entry.target, &entry.need.kind, &entry.need.machine, &entry.need.image, &entry.need.security})
    *text = from.text();
  for (auto* number : {&entry.need.count, &entry.need.storage_gb, &entry.need.bandwidth_mbps})
    *number = static_cast<std::uint32_t>(from.number(UINT32_MAX));
  entry.user = from.number();
  entry.action = from.number();
  entry.ordered = static_cast<UnixMillis>(from.number(INT64_MAX));
  if (!from.whole()) return std::nullopt;
  return entry;
}

}  // namespace harbinger::orchestrate
