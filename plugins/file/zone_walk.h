// A zone from its first record to its last, in pieces: what a transfer sends.
#pragma once

#include <optional>

#include "plugins/file/zone.h"

namespace harbinger::file {

/// One record, pointing into the zone.
struct WalkedRecord {
  const Name& owner;
  RRType type;
  std::uint32_t ttl;
  std::span<const std::uint8_t> rdata;
};

/// Visits every record but the SOA of the zone, names of one owner together, in no order that means anything. Keeps its place between
/// calls. The zone must outlive it.
class ZoneWalk {
 public:
  explicit ZoneWalk(const Zone& zone) : zone_(zone) { enter(zone.apex_node()); }

  /// The record at the current place, the same until `advance`; nullopt behind the last. Valid until `advance`.
  std::optional<WalkedRecord> current() const;
  void advance();

 private:
  void enter(const Node& node);
  void next_node();
  void settle();

  const Zone& zone_;
  std::size_t slot_ = 0;  // of the next node; the apex has none
  Name owner_;
  std::optional<SetView> set_;
  SetView::Iterator record_{nullptr, 0};
};

}  // namespace harbinger::file
