// The changes of a zone on disk: acknowledged once they are there.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include <harbinger/name.h>
#include <harbinger/result.h>

#include "plugins/file/leases.h"
#include "plugins/file/zone_history.h"

// One file: a head that names the zone, then frames, each with its size, its number and a checksum over all of it. A frame is a step, or a part of the whole
// zone as it was when the file was last written anew. Records of zones are public, so nothing is encrypted. What a crash has cut off at the end was never
// acknowledged and is dropped; damage anywhere else is an error.
namespace harbinger::file {

/// One thread.
class ZoneJournal {
 public:
  /// What goes to the disk in one piece.
  struct Step {
    std::shared_ptr<const ZoneDelta> delta{};  ///< null: leases alone
    std::vector<Lease> leases{};               ///< set; until 0: it has none any more
  };
  /// What was there before.
  struct Past {
    std::optional<std::vector<Record>> whole{};  ///< stands in the place of the master file
    std::uint32_t master_serial = 0;             ///< of the master file that all of it rests on
    std::vector<Step> steps{};
    std::uint64_t cut_off = 0;  ///< octets of a step that was not finished
  };

  /// `conflict`: another process has it. `malformed`: damaged, with the place. `master_serial` counts for a new file.
  static Result<std::unique_ptr<ZoneJournal>> open(const std::filesystem::path& folder, const Name& apex,
                                                   std::uint32_t master_serial, Past& past);
  virtual ~ZoneJournal() = default;

  /// On the disk when it returns. After an error nothing of it is there, and a later one may go well.
  virtual Result<void> append(const Step& step) = 0;
  /// Begins anew with the whole zone. After an error the old content stays.
  virtual Result<void> rewrite(const std::vector<Record>& whole, const std::vector<Lease>& leases,
                               std::uint32_t master_serial) = 0;
  virtual std::uint64_t size() const = 0;
  virtual const std::filesystem::path& path() const = 0;
};

}  // namespace harbinger::file
