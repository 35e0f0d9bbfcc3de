#include "orchestrate/orchestration_journal.h"

#include <algorithm>

#include "learn/entries_on_disk.h"

namespace harbinger::orchestrate {

namespace {

using learn::SealedLog;
using Entry = OrchestrationJournal::Entry;

const SealedLog::Kind kKind{.magic = {'h', 'b', 'o', 'r', 'c', 'h', '0', '1'},
                            .records = "orchestration journal",
                            .headers = "orchestration journal header",
                            .advice =
                                "resources that it named may be there: remove it once they are removed, or their "
                                "target lists them as ours"};

/// What entries say, wherever they are kept. An entry without an id tells of us: whether we are halted, and which numbers are spent.
class Kept : public OrchestrationJournal {
 public:
  Result<void> halt(bool halted) override {
    const Entry entry{.ended = halted, .action = numbers_};
    return write(std::span(&entry, 1));
  }
  bool halted() const override { return halted_; }
  Result<void> spend_numbers(std::uint64_t below) override {
    const Entry entry{.ended = halted_, .action = below};
    return write(std::span(&entry, 1));
  }
  std::uint64_t numbers_spent() const override { return numbers_; }
  Result<void> check(std::size_t octets) override {
    const Entry entry{
        .target = std::string(std::min(octets, SealedLog::kMostRecord / 2), ' '), .ended = halted_, .action = numbers_};
    return write(std::span(&entry, 1));
  }
  const std::map<std::string, Entry, std::less<>>& entries() const override { return entries_; }
  static std::optional<Entry> read(std::span<const std::uint8_t> octets) { return read_record(octets); }

 protected:
  void apply(const Entry& entry) {
    if (entry.id.empty()) {
      halted_ = entry.ended;
      numbers_ = std::max(numbers_, entry.action);
    } else if (entry.ended) {
      entries_.erase(entry.id);
    } else {
      entries_.insert_or_assign(entry.id, entry);
    }
  }
  std::vector<SealedLog::Octets> all() const {
    std::vector<SealedLog::Octets> records{write_record({.ended = halted_, .action = numbers_})};
    for (const auto& [id, entry] : entries_) records.push_back(write_record(entry));
    return records;
  }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
  bool halted_ = false;
  std::uint64_t numbers_ = 0;
};

class MemoryJournal final : public Kept {
 public:
  Result<void> write(std::span<const Entry> entries) override {
    for (const auto& each : entries) apply(each);
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<OrchestrationJournal>> OrchestrationJournal::open(const std::filesystem::path& path,
                                                                         const Secret& secret) {
  auto journal = std::make_unique<learn::EntriesOnDisk<Kept>>();
  if (auto begun = journal->begin(path, secret, kKind); !begun) return fail(begun.error());
  return journal;
}

std::unique_ptr<OrchestrationJournal> OrchestrationJournal::none() { return std::make_unique<MemoryJournal>(); }

}  // namespace harbinger::orchestrate
