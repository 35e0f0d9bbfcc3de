// Changes of a zone, one after the other, until they become the next zone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <harbinger/update.h>

#include "plugins/file/zone.h"
#include "plugins/file/zone_history.h"

namespace harbinger::file {

/// Looks at the zone through what was changed so far. The zone must outlive it. One thread.
class ZoneEdit {
 public:
  explicit ZoneEdit(const Zone& zone) : zone_(zone) {}

  /// RFC 2136 sec. 3.2 and 3.4: prerequisites, then all changes or none. The rcode that the answer has, with words for it; NOERROR when it is done, or
  /// came to nothing.
  struct Outcome {
    Rcode rcode = Rcode::NOERROR;
    std::string why{};
  };
  Outcome apply(const UpdateMessage& update);
  /// Takes a record out, where it is there.
  void remove(const Record& record);

  bool has(const Record& record) const;
  /// Whether anything is different.
  bool changed() const;

  /// The step to the next zone, with its serial; and that zone. Nothing where the zone would not be one; `why` tells.
  struct Made {
    std::shared_ptr<ZoneDelta> delta;
    std::unique_ptr<Zone> zone;
  };
  std::optional<Made> finish(std::string& why) const;

 private:
  using Records = std::vector<Record>;  // of one name
  using Touched = std::map<Name, Records>;

  Records& touch(const Name& name);
  Records before(const Name& name) const;
  const Records& now(const Name& name, Records& room) const;
  Outcome check(const Prerequisite& prerequisite) const;
  void make(const Change& change);
  void add(const Record& record);
  void remove_set(const Name& name, RRType type);
  void replace_soa(const Record& record);
  std::uint32_t serial_after() const;

  const Zone& zone_;
  Touched touched_;
};

/// The zone with this step made on it; null where that is no zone, and `why` tells.
std::unique_ptr<Zone> replay(const Zone& zone, const ZoneDelta& step, std::string& why);
/// A zone of these records.
std::unique_ptr<Zone> zone_of(const Name& apex, const std::vector<Record>& records, std::string& why);

}  // namespace harbinger::file
