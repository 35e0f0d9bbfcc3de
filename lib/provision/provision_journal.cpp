#include "provision/provision_journal.h"

#include <algorithm>

#include "learn/entries_on_disk.h"
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

/// What entries say, wherever they are kept. An entry without an id tells of us: whether we are halted.
class Kept : public ProvisionJournal {
 public:
  Result<void> halt(bool halted) override {
    const Entry entry{.ended = halted};
    return write(std::span(&entry, 1));
  }
  bool halted() const override { return halted_; }
  Result<void> check(std::size_t octets) override {
    const Entry entry{.pool = std::string(std::min(octets, SealedLog::kMostRecord / 2), ' '), .ended = halted_};
    return write(std::span(&entry, 1));
  }
  const std::map<std::string, Entry, std::less<>>& entries() const override { return entries_; }
  static std::optional<Entry> read(std::span<const std::uint8_t> octets) { return read_record(octets); }

 protected:
  void apply(const Entry& entry) {
    if (entry.id.empty())
      halted_ = entry.ended;
    else if (entry.ended)
      entries_.erase(entry.id);
    else
      entries_.insert_or_assign(entry.id, entry);
  }
  std::vector<SealedLog::Octets> all() const {
    std::vector<SealedLog::Octets> records;
    if (halted_) records.push_back(write_record({.ended = true}));
    for (const auto& [id, entry] : entries_) records.push_back(write_record(entry));
    return records;
  }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
  bool halted_ = false;
};

class RealJournal final : public learn::EntriesOnDisk<Kept> {
 public:
  std::uint64_t size() const override { return log_->size(); }
};

}  // namespace

Result<std::unique_ptr<ProvisionJournal>> ProvisionJournal::open(const std::filesystem::path& path,
                                                                 const Secret& secret) {
  auto journal = std::make_unique<RealJournal>();
  if (auto begun = journal->begin(path, secret, kKind); !begun) return fail(begun.error());
  return journal;
}

}  // namespace harbinger::provision
