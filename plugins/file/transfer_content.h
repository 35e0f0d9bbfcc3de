// What a transfer consists of, from its first record to its last.
#pragma once

#include <memory>
#include <vector>

#include "plugins/file/transfer_messages.h"
#include "plugins/file/zone_history.h"
#include "plugins/file/zone_walk.h"

namespace harbinger::file {

/// Records in the order in which they are sent.
class TransferContent {
 public:
  virtual ~TransferContent() = default;
  /// Adds the next records until the message is full. True when the last one is in.
  virtual bool fill(TransferMessages& messages) = 0;
};

/// The SOA of a zone, as a record.
Record soa_record(const Zone& zone);

/// The whole zone between its SOA and its SOA (RFC 5936 sec. 2.2). Holds the zone as it was, whatever becomes of it meanwhile.
class WholeZone final : public TransferContent {
 public:
  explicit WholeZone(std::shared_ptr<const Zone> zone)
      : zone_(std::move(zone)), soa_(soa_record(*zone_)), walk_(*zone_) {}
  bool fill(TransferMessages& messages) override;

 private:
  const std::shared_ptr<const Zone> zone_;
  const Record soa_;
  ZoneWalk walk_;
  bool begun_ = false;
};

/// The steps of a zone, oldest first, each with its old SOA, what it removed, its new SOA, what it added; the newest SOA before and
/// behind all (RFC 1995 sec. 4).
class ZoneSteps final : public TransferContent {
 public:
  /// At least one step.
  explicit ZoneSteps(std::vector<std::shared_ptr<const ZoneDelta>> steps);
  bool fill(TransferMessages& messages) override;

 private:
  const std::vector<std::shared_ptr<const ZoneDelta>> steps_;
  std::vector<const Record*> records_;  // of the steps
  std::size_t at_ = 0;
};

}  // namespace harbinger::file
