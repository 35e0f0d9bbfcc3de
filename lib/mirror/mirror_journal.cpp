#include "mirror/mirror_journal.h"

#include <algorithm>

#include "learn/sealed_log.h"
#include "mirror/journal_record.h"

namespace harbinger::mirror {

namespace {

using learn::SealedLog;
using Key = std::pair<std::string, std::string>;
using Entries = std::map<Key, MirrorJournal::Entry>;

const SealedLog::Kind kKind{.magic = {'h', 'b', 'm', 'i', 'r', 'r', '0', '1'},
                            .records = "mirror journal",
                            .headers = "mirror journal header",
                            .advice = "DNS may tell of mirrors that it named: remove it once they are withdrawn"};

void apply(MirrorJournal::Entry entry, Entries& to) {
  Key key{entry.what.resource, entry.what.cluster};
  if (entry.what.servers.empty())
    to.erase(key);
  else
    to.insert_or_assign(std::move(key), std::move(entry));
}

std::vector<SealedLog::Octets> records_of(const Entries& entries) {
  std::vector<SealedLog::Octets> all;
  for (const auto& [key, entry] : entries) all.push_back(write_record(entry));
  return all;
}

class RealJournal final : public MirrorJournal {
 public:
  Result<void> begin(const std::filesystem::path& directory, const Secret& secret);
  Result<void> write(const Entry& entry) override;
  const Entry* find(const std::string& resource, const std::string& cluster) const override {
    const auto found = entries_.find({resource, cluster});
    return found == entries_.end() ? nullptr : &found->second;
  }
  std::vector<Entry> entries() const override {
    std::vector<Entry> all;
    for (const auto& [key, entry] : entries_) all.push_back(entry);
    return all;
  }
  std::uint64_t size() const override { return log_->size(); }

 private:
  Entries entries_;
  std::unique_ptr<SealedLog> log_;
};

Result<void> RealJournal::begin(const std::filesystem::path& directory, const Secret& secret) {
  const auto use = [this](std::span<const std::uint8_t> octets) {
    auto entry = read_record(octets);
    if (entry) apply(std::move(*entry), entries_);
    return entry.has_value();
  };
  auto log = SealedLog::open(directory / "mirrors.journal", directory / "mirrors.lock", secret, kKind, use,
                             [this] { return records_of(entries_); });
  if (!log) return fail(log.error());
  log_ = std::move(*log);
  return {};
}

Result<void> RealJournal::write(const Entry& entry) {
  auto after = entries_;
  apply(entry, after);
  const SealedLog::Octets record = write_record(entry);
  auto written = log_->append(std::span(&record, 1), [&] { return records_of(after); });
  if (written) entries_ = std::move(after);
  return written;
}

}  // namespace

Result<std::unique_ptr<MirrorJournal>> MirrorJournal::open(const std::filesystem::path& directory,
                                                           const Secret& secret) {
  auto journal = std::make_unique<RealJournal>();
  if (auto begun = journal->begin(directory, secret); !begun) return fail(begun.error());
  return journal;
}

std::vector<Publication::At> either(const std::vector<Publication::At>& a, const std::vector<Publication::At>& b) {
  auto all = a;
  std::ranges::copy_if(b, std::back_inserter(all), [&](const auto& at) { return std::ranges::find(a, at) == a.end(); });
  return all;
}

}  // namespace harbinger::mirror
