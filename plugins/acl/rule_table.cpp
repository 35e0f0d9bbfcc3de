#include "plugins/acl/rule_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <optional>
#include <set>

namespace harbinger::acl {

namespace {

using Point = RuleTable::Point;

Point to_point(const IpAddress& address) {
  const auto& octets = address.mapped();
  Point point;
  std::memcpy(&point.high, octets.data(), 8);
  std::memcpy(&point.low, octets.data() + 8, 8);
  if constexpr (std::endian::native == std::endian::little)
    return {std::byteswap(point.high), std::byteswap(point.low)};
  return point;
}

// The address behind the last one of a prefix of `bits` bits; nothing behind the very last.
std::optional<Point> end_of(Point first, int bits) {
  Point end = first;
  if (bits > 64) {
    const auto size = std::uint64_t{1} << (128 - bits);
    end.low += size;
    if (end.low >= size) return end;
  } else if (bits == 0) {
    return std::nullopt;
  } else if (bits < 64) {
    end.high += std::uint64_t{1} << (64 - bits);
    if (end.high == 0) return std::nullopt;
    return end;
  }
  if (++end.high == 0) return std::nullopt;
  return end;
}

struct Range {
  Point first;
  std::optional<Point> end;
};

const Range kIpv4{{0, 0x0000ffff00000000}, Point{0, 0x0001000000000000}};

// IPv4 addresses lie inside the IPv6 line (::ffff:0:0/96), but `::/0` does not mean them.
std::vector<Range> ranges_of(const IpPrefix& net) {
  const bool v4 = net.address.is_v4();
  const Range range{to_point(net.address), end_of(to_point(net.address), v4 ? net.bits + 96 : net.bits)};
  const bool covers_ipv4 = !v4 && range.first <= kIpv4.first && (!range.end || *range.end >= *kIpv4.end);
  if (!covers_ipv4) return {range};
  return {{range.first, kIpv4.first}, {kIpv4.end.value(), range.end}};
}

struct Change {
  std::vector<std::size_t> begins, ends;
};

std::map<Point, Change> changes_of(const std::vector<Rule>& rules) {
  std::map<Point, Change> changes;
  changes[Point{}];
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].nets.empty()) changes[Point{}].begins.push_back(i);
    for (const auto& net : rules[i].nets)
      for (const auto& range : ranges_of(net)) {
        changes[range.first].begins.push_back(i);
        if (range.end) changes[*range.end].ends.push_back(i);
      }
  }
  return changes;
}

}  // namespace

RuleTable::RuleTable(const std::vector<Rule>& rules) { sweep(rules); }

// Walks along the line of addresses; between two changes the same rules are active.
void RuleTable::sweep(const std::vector<Rule>& rules) {
  std::multiset<std::size_t> active;  // nets of one rule may overlap
  std::map<std::vector<std::size_t>, std::uint32_t> known;
  for (const auto& [point, change] : changes_of(rules)) {
    for (const auto rule : change.ends) active.erase(active.find(rule));
    active.insert(change.begins.begin(), change.begins.end());

    std::vector<std::size_t> deciding;  // rules behind one for every type are never reached
    for (auto rule = active.begin(); rule != active.end(); rule = active.upper_bound(*rule)) {
      deciding.push_back(*rule);
      if (rules[*rule].types.empty()) break;
    }
    const auto [place, is_new] = known.try_emplace(deciding, 0);
    if (is_new) place->second = steps_of(rules, deciding);
    if (!first_step_.empty() && first_step_.back() == place->second) continue;
    starts_.push_back(point);
    first_step_.push_back(place->second);
  }
}

std::uint32_t RuleTable::steps_of(const std::vector<Rule>& rules, const std::vector<std::size_t>& active) {
  const auto first = static_cast<std::uint32_t>(steps_.size());
  for (const auto rule : active) {
    for (const auto type : rules[rule].types) steps_.push_back({false, type, rules[rule].action});
    if (rules[rule].types.empty()) {
      steps_.push_back({true, {}, rules[rule].action});
      return first;
    }
  }
  steps_.push_back({true, {}, Action::allow});
  return first;
}

Action RuleTable::decide(const IpAddress& client, RRType type) const {
  const auto piece = std::ranges::upper_bound(starts_, to_point(client)) - starts_.begin() - 1;
  auto step = steps_.begin() + first_step_[static_cast<std::size_t>(piece)];
  while (!step->any_type && step->type != type) ++step;
  return step->action;
}

}  // namespace harbinger::acl
