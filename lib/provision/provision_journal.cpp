#include "provision/provision_journal.h"

#include <algorithm>

#include "learn/sealed_log.h"
#include "provision/provision_record.h"

namespace harbinger::provision {

namespace {

using learn::SealedLog;
using Entry = ProvisionJournal::Entry;

const SealedLog::Kind kKind{.magic = {'h', 'b', 'p', 'r', 'o', 'v', '0', '1'},
                            .records = "provision journal",
                            .headers = "provision journal header",
                            .advice =
                                "instances that it named may run: remove it once they are stopped, or their "
                                "provider lists them as ours"};

class RealJournal final : public ProvisionJournal {
 public:
  Result<void> begin(const std::filesystem::path& path, const Secret& secret);
  Result<void> write(std::span<const Entry> entries) override;
  Result<void> halt(bool halted) override;
  bool halted() const override { return halted_; }
  Result<void> check(std::size_t octets) override;
  const std::map<std::string, Entry, std::less<>>& entries() const override { return entries_; }
  std::uint64_t size() const override { return log_->size(); }

 private:
  void apply(const Entry& entry);
  std::vector<SealedLog::Octets> all() const;
  std::vector<SealedLog::Octets> all_with(std::span<const Entry> entries) const;

  std::map<std::string, Entry, std::less<>> entries_;
  bool halted_ = false;
  std::unique_ptr<SealedLog> log_;
};

Result<void> RealJournal::begin(const std::filesystem::path& path, const Secret& secret) {
  const auto use = [this](std::span<const std::uint8_t> octets) {
    const auto entry = read_record(octets);
    if (entry) apply(*entry);
    return entry.has_value();
  };
  auto log = SealedLog::open(path, path.string() + ".lock", secret, kKind, use, [this] { return all(); });
  if (!log) return fail(log.error());
  log_ = std::move(*log);
  return {};
}

void RealJournal::apply(const Entry& entry) {
  if (entry.id.empty())
    halted_ = entry.ended;
  else if (entry.ended)
    entries_.erase(entry.id);
  else
    entries_.insert_or_assign(entry.id, entry);
}

std::vector<SealedLog::Octets> RealJournal::all() const {
  std::vector<SealedLog::Octets> records;
  if (halted_) records.push_back(write_record({.ended = true}));
  for (const auto& [id, entry] : entries_) records.push_back(write_record(entry));
  return records;
}

// Those after the others: the last of an id counts.
std::vector<SealedLog::Octets> RealJournal::all_with(std::span<const Entry> entries) const {
  auto records = all();
  for (const auto& each : entries) records.push_back(write_record(each));
  return records;
}

Result<void> RealJournal::write(std::span<const Entry> entries) {
  std::vector<SealedLog::Octets> records;
  for (const auto& each : entries) records.push_back(write_record(each));
  auto written = log_->append(records, [&] { return all_with(entries); });
  if (!written) return written;
  for (const auto& each : entries) apply(each);
  return {};
}

Result<void> RealJournal::halt(bool halted) {
  const Entry entry{.ended = halted};
  return write(std::span(&entry, 1));
}

Result<void> RealJournal::check(std::size_t octets) {
  const Entry entry{.pool = std::string(std::min(octets, SealedLog::kMostRecord / 2), ' '), .ended = halted_};
  return write(std::span(&entry, 1));
}

}  // namespace

Result<std::unique_ptr<ProvisionJournal>> ProvisionJournal::open(const std::filesystem::path& path,
                                                                 const Secret& secret) {
  auto journal = std::make_unique<RealJournal>();
  if (auto begun = journal->begin(path, secret); !begun) return fail(begun.error());
  return journal;
}

}  // namespace harbinger::provision
