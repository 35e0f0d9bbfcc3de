// Puts a zone together from its records, and checks what only shows when they meet.
#pragma once

#include <memory>
#include <optional>

#include "plugins/file/findings.h"
#include "plugins/file/record_reader.h"
#include "plugins/file/zone.h"

namespace harbinger::file {

/// Takes records in any order, then gives the zone away.
class ZoneBuilder {
 public:
  ZoneBuilder(const Name& apex, Findings& findings);

  /// Leaves the record out and reports it when it cannot be in this zone. Duplicates are left out silently (RFC 2181
  /// sec. 5).
  void add(const ParsedRecord& record);

  /// Checks the whole; null when anything was wrong so far. `place` is the file. Only once.
  std::unique_ptr<Zone> finish(const Place& place);

 private:
  Ref node_of(const Name& owner);
  Ref find_or_create(const OwnerKey& key, std::size_t labels, std::span<const std::uint8_t> with_case);
  Ref create(std::span<const std::uint8_t> with_case, std::size_t labels, std::uint32_t tag);
  void grow();
  void place_slot(std::uint32_t tag, Ref node);

  bool may_join(const Node& node, const ParsedRecord& record);
  bool wrong(const ParsedRecord& record, ErrorCode code, const std::string& what);
  void insert(Ref node, const ParsedRecord& record, RRType covers);
  void add_set(Ref node, const ParsedRecord& record, RRType covers);
  void append(const SetView& set, const ParsedRecord& record);
  bool note_type(Node& node, Ref ref, const ParsedRecord& record, RRType covers);

  void settle_negative_answers();
  void check_apex(const Place& place);
  void check_glue(const Place& place);
  void mark_occluded();
  void settle_nsec();
  void settle_nsec3(const Place& place);

  Node& node(Ref ref) { return *reinterpret_cast<Node*>(zone_->arena_.at(ref)); }
  template <class Each>
  void for_each_node(Each each);

  Findings& findings_;
  std::unique_ptr<Zone> zone_;
  std::size_t used_slots_ = 0;
  std::optional<Name> last_owner_;  // records of one name mostly come together
  Ref last_node_ = 0;
  bool has_cuts_ = false;
  std::vector<Ref> nsec3_owners_;
};

}  // namespace harbinger::file
