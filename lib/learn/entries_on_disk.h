// A journal's entries in a sealed log: read when it is opened, and there before a write returns.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "learn/sealed_log.h"

namespace harbinger::learn {

/// `Kept` is the journal without a disk. It has `read(octets)`, `apply(entry)` and `all()`, the records of what counts; of an id, the last entry counts.
template <class Kept>
class EntriesOnDisk : public Kept {
 public:
  using Entry = typename Kept::Entry;

  /// The lock lies beside the file. Errors: those of SealedLog::open(). Once, first.
  Result<void> begin(const std::filesystem::path& path, const Secret& secret, const SealedLog::Kind& kind) {
    const auto use = [this](std::span<const std::uint8_t> octets) {
      const auto entry = Kept::read(octets);
      if (entry) this->apply(*entry);
      return entry.has_value();
    };
    auto log = SealedLog::open(path, path.string() + ".lock", secret, kind, use, [this] { return this->all(); });
    if (!log) return fail(log.error());
    log_ = std::move(*log);
    return {};
  }

  Result<void> write(std::span<const Entry> entries) override {
    std::vector<SealedLog::Octets> records;
    for (const auto& each : entries) records.push_back(write_record(each));
    const auto with = [&] {  // those after the others: the last of an id counts
      auto both = this->all();
      both.insert(both.end(), records.begin(), records.end());
      return both;
    };
    if (auto written = log_->append(records, with); !written) return written;
    for (const auto& each : entries) this->apply(each);
    return {};
  }

 protected:
  std::unique_ptr<SealedLog> log_;
};

}  // namespace harbinger::learn
