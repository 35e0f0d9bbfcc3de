#include "plugins/file/zone_diff.h"

#include <algorithm>

#include "plugins/file/serials.h"

namespace harbinger::file {

namespace {

// Adds to `out` what `zone` has and `other` has not.
class Extras {
 public:
  Extras(const Zone& zone, const Zone& other, std::vector<Record>& out, std::size_t room)
      : zone_(zone), other_(other), out_(out), room_(room) {}

  // False when there is no room left.
  bool find() {
    of_node(zone_.apex_node());
    for (std::size_t slot = 0; slot < zone_.slots() && !full_; ++slot)
      if (const Node* node = zone_.node_in(slot)) of_node(*node);
    return !full_;
  }
  std::size_t room() const { return room_; }

 private:
  void of_node(const Node& node) {
    if (node.sets == 0) return;
    const Node* twin = other_.find_exact(OwnerKey(node.name()).whole());
    for (auto set = zone_.first_set(node); set; set = zone_.next_set(*set)) {
      const auto there = twin ? other_.set(*twin, set->type(), set->covers()) : std::nullopt;
      of_set(node, *set, there && there->ttl() == set->ttl() ? there : std::nullopt);
    }
  }

  void of_set(const Node& node, const SetView& set, const std::optional<SetView>& there) {
    if (there && same(set, *there)) return;
    for (std::span<const std::uint8_t> data : set)
      if (!there || !has(*there, data)) add(node, set, data);
  }

  // Mostly nothing changed, not even the order.
  static bool same(const SetView& a, const SetView& b) {
    auto at = b.begin();
    for (std::span<const std::uint8_t> data : a) {
      if (at == b.end() || !std::ranges::equal(data, *at)) return false;
      ++at;
    }
    return at == b.end();
  }

  static bool has(const SetView& set, std::span<const std::uint8_t> wanted) {
    for (std::span<const std::uint8_t> data : set)
      if (std::ranges::equal(data, wanted)) return true;
    return false;
  }

  void add(const Node& node, const SetView& set, std::span<const std::uint8_t> data) {
    const std::size_t cost = sizeof(Record) + data.size();
    full_ = full_ || cost > room_;
    if (full_) return;
    room_ -= cost;
    out_.push_back({zone_.name_of(node), set.type(), RRClass::IN, set.ttl(), Rdata(data.begin(), data.end())});
  }

  const Zone& zone_;
  const Zone& other_;
  std::vector<Record>& out_;
  std::size_t room_;
  bool full_ = false;
};

}  // namespace

std::shared_ptr<const ZoneDelta> difference(const Zone& from, const Zone& to, std::size_t most_octets) {
  if (!later_serial(to.soa().serial, from.soa().serial)) return nullptr;
  auto delta = std::make_shared<ZoneDelta>();
  delta->from = from.soa().serial;
  delta->to = to.soa().serial;
  Extras removed(from, to, delta->removed, most_octets);
  if (!removed.find()) return nullptr;
  Extras added(to, from, delta->added, removed.room());
  if (!added.find()) return nullptr;
  return delta;
}

}  // namespace harbinger::file
