#include "learn/journal_disk.h"

namespace harbinger::learn {

JournalDisk::JournalDisk(World world)
    : world_(std::move(world)),
      failures_(world_.metrics.counter(world_.prefix + "_journal_failures_total",
                                       "Writes that the journal's disk would not take")),
      gauge_(world_.metrics.gauge(world_.prefix + "_journal_trouble", "1 while the journal's disk takes nothing",
                                  [this] { return is_troubled_.load() ? 1.0 : 0.0; })) {}

bool JournalDisk::took(const Result<void>& written) {
  if (!written) failures_.add();
  if (!written && is_well()) world_.log.error("journal", written.error().to_string() + "; " + world_.meanwhile);
  if (written && !is_well()) world_.log.info("journal", "can be written again");
  trouble_ = written ? std::string() : written.error().message;
  is_troubled_ = !written;
  world_.tell(trouble_);
  return written.has_value();
}

bool JournalDisk::takes_again(const std::function<Result<void>(std::size_t)>& check) {
  if (is_well() || !took(check(refused_octets_))) return false;
  refused_octets_ = 0;
  return true;
}

}  // namespace harbinger::learn
