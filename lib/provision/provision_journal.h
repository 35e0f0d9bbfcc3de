// Which instances there may be, on disk before they are ordered and until their end is sure, so that a server that comes again after a crash finds them all.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "provision/template.h"

namespace harbinger::provision {

/// One thread. The file belongs to one process at a time.
class ProvisionJournal {
 public:
  struct Entry {
    std::string id{}, pool{}, provider{};
    std::uint64_t tag = 0;  ///< whose it is; 0: nobody's
    bool had_tag = false;   ///< it was somebody's
    bool ended = false;     ///< there is nothing of it any more
    Size size{};
    UnixMillis ordered = 0;  ///< for people: calendars jump
  };

  /// A sealed log at `path`, with a lock beside it. `conflict`: another process has it. `malformed`: damaged. `denied`: made with another secret, or the disk would
  /// not.
  static Result<std::unique_ptr<ProvisionJournal>> open(const std::filesystem::path& path, const Secret& secret);
  virtual ~ProvisionJournal() = default;

  /// All of them hold from now on. When it returns, the disk has them; after an error, what was there before still counts.
  virtual Result<void> write(std::span<const Entry> entries) = 0;
  /// Whether somebody halted us; on the disk like entries.
  virtual Result<void> halt(bool halted) = 0;
  virtual bool halted() const = 0;
  /// Writes about so many octets that say nothing new: whether the disk takes that again.
  virtual Result<void> check(std::size_t octets) = 0;
  /// What has not ended, by id.
  virtual const std::map<std::string, Entry, std::less<>>& entries() const = 0;
  /// Octets of the file.
  virtual std::uint64_t size() const = 0;
};

}  // namespace harbinger::provision
