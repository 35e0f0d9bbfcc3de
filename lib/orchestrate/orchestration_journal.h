// Which resources there may be and whose they are, on disk before they are ordered and until their end is sure, so that a server that comes again after a crash finds
// them all.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

/// One thread. The file belongs to one process at a time.
class OrchestrationJournal {
 public:
  struct Entry {
    std::string id{}, target{};
    Need need{};
    ActorKey user = 0;
    bool asked = false, claimed = false;
    bool removing = false;     ///< its removal has begun
    bool approved = false;     ///< somebody approved it
    bool ended = false;        ///< there is nothing of it any more
    std::uint64_t action = 0;  ///< that ordered it
    UnixMillis ordered = 0;    ///< for people: calendars jump
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  /// A sealed log at `path`, with a lock beside it. `conflict`: another process has it. `malformed`: damaged. `denied`: made with another secret, or the disk would
  /// not.
  static Result<std::unique_ptr<OrchestrationJournal>> open(const std::filesystem::path& path, const Secret& secret);
  /// Keeps nothing: for replays, and dry runs that nobody needs to remember.
  static std::unique_ptr<OrchestrationJournal> none();
  virtual ~OrchestrationJournal() = default;

  /// All of them hold from now on. When it returns, the disk has them; after an error, what was there before still counts.
  virtual Result<void> write(std::span<const Entry> entries) = 0;
  /// Whether somebody halted us; on the disk like entries.
  virtual Result<void> halt(bool halted) = 0;
  virtual bool halted() const = 0;
  /// Numbers of actions below this are spent, for all times.
  virtual Result<void> spend_numbers(std::uint64_t below) = 0;
  virtual std::uint64_t numbers_spent() const = 0;
  /// Writes about so many octets that say nothing new: whether the disk takes that again.
  virtual Result<void> check(std::size_t octets) = 0;
  /// What has not ended, by id.
  virtual const std::map<std::string, Entry, std::less<>>& entries() const = 0;
};

/// An entry as a record of the log, and back; nothing where it is none.
std::vector<std::uint8_t> write_record(const OrchestrationJournal::Entry& entry);
std::optional<OrchestrationJournal::Entry> read_record(std::span<const std::uint8_t> octets);

}  // namespace harbinger::orchestrate
