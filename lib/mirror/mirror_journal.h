// What DNS may tell of, on disk before it is told, so that a server that comes again after a crash can put it right.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "mirror/publisher.h"

// A sealed log. Opening writes what still counts to a new file.
namespace harbinger::mirror {

/// One thread. The directory belongs to one process at a time.
class MirrorJournal {
 public:
  /// At most this is told of, until then at most.
  struct Entry {
    Publication what{};
    UnixMillis until = 0;
  };

  /// `conflict`: another process has it. `malformed`: damaged. `denied`: made with another secret, or the disk would not.
  static Result<std::unique_ptr<MirrorJournal>> open(const std::filesystem::path& directory, const Secret& secret);
  virtual ~MirrorJournal() = default;

  /// From now on, at most this is told of; without servers, nothing. When it returns, the disk has it. After an error, what was there before still counts.
  virtual Result<void> write(const Entry& entry) = 0;
  /// The entry of a resource in a cluster; null when there is none.
  virtual const Entry* find(const std::string& resource, const std::string& cluster) const = 0;
  virtual std::vector<Entry> entries() const = 0;
  /// Octets of the file.
  virtual std::uint64_t size() const = 0;
};

/// What an entry must allow before servers are told of, so that a crash at any moment finds all that DNS may say in it: those of both.
std::vector<Publication::At> either(const std::vector<Publication::At>& a, const std::vector<Publication::At>& b);

}  // namespace harbinger::mirror
