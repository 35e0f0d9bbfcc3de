#include "mirror/client_clusters.h"

#include <algorithm>
#include <limits>
#include <set>

namespace harbinger::mirror {

namespace {

struct Range {
  IpPrefix prefix;
  std::array<std::uint8_t, 16> first{}, last{};
  ClientClusters::Number cluster = 0;
};

Range range_of(const IpPrefix& prefix, ClientClusters::Number cluster) {
  Range range{prefix, prefix.address.mapped(), prefix.address.mapped(), cluster};
  const int from = prefix.address.is_v4() ? 96 + prefix.bits : prefix.bits;
  for (int bit = from; bit < 128; ++bit) {
    auto& octet = range.last[static_cast<std::size_t>(bit / 8)];
    octet = static_cast<std::uint8_t>(octet | 0x80u >> bit % 8);
  }
  return range;
}

using Octets = std::array<std::uint8_t, 16>;

std::pair<std::uint64_t, std::uint64_t> numbers_of(const Octets& address) {
  std::uint64_t high = 0, low = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    high = high << 8 | address[i];
    low = low << 8 | address[i + 8];
  }
  return {high, low};
}

// The address behind; false when there is none.
bool step(std::array<std::uint8_t, 16>& address) {
  for (std::size_t i = address.size(); i-- > 0;)
    if (++address[i] != 0) return true;
  return false;
}

Result<void> check(const std::vector<ClientClusters::Cluster>& clusters) {
  std::set<std::string_view> names;
  std::set<IpPrefix> prefixes;
  if (clusters.size() > ClientClusters::kMost) return fail(ErrorCode::too_large, "there are more than 1024 clusters");
  for (const auto& cluster : clusters) {
    if (cluster.name.empty()) return fail(ErrorCode::malformed, "a cluster needs a name");
    if (!names.insert(cluster.name).second)
      return fail(ErrorCode::conflict, "cluster \"" + cluster.name + "\" stands twice");
    for (const auto& prefix : cluster.clients)
      if (!prefixes.insert(prefix).second)
        return fail(ErrorCode::conflict, "clients " + prefix.to_string() +
                                             " stand twice, the second time in cluster \"" + cluster.name + "\"");
  }
  return {};
}

}  // namespace

Result<ClientClusters> ClientClusters::make(std::vector<Cluster> clusters) {
  if (auto checked = check(clusters); !checked) return fail(checked.error());
  ClientClusters made;
  made.clusters_ = std::move(clusters);
  for (const auto& cluster : made.clusters_) {
    if (!cluster.clients.empty() || cluster.place.has_position()) continue;
    if (made.rest_ != 0)
      return fail(ErrorCode::conflict, "cluster \"" + cluster.name + "\" and cluster \"" +
                                           std::string(made.name(made.rest_)) +
                                           "\" would both have all the other clients: say `clients` or `position`");
    made.rest_ = made.id_of(cluster.name);
  }
  made.flatten_prefixes();
  made.fill_cells();
  return made;
}

// Prefixes lie in each other or apart. So where one ends, what goes on is the one that it lies in.
void ClientClusters::flatten_prefixes() {
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < clusters_.size(); ++i)
    for (const auto& prefix : clusters_[i].clients) ranges.push_back(range_of(prefix, static_cast<Number>(i + 1)));
  std::ranges::sort(
      ranges, [](const Range& a, const Range& b) { return a.first != b.first ? a.first < b.first : a.last > b.last; });
  const auto begin_at = [&](const Octets& address, Number cluster) {
    const auto first = numbers_of(address);
    if (!starts_.empty() && starts_.back().first == first) starts_.pop_back();
    starts_.push_back({first, cluster});
  };
  std::vector<const Range*> open;
  const auto close = [&] {
    auto behind = open.back()->last;
    open.pop_back();
    if (step(behind)) begin_at(behind, open.empty() ? Number{0} : open.back()->cluster);
  };
  for (const auto& range : ranges) {
    while (!open.empty() && open.back()->last < range.first) close();
    begin_at(range.first, range.cluster);
    open.push_back(&range);
  }
  while (!open.empty()) close();
}

void ClientClusters::fill_cells() {
  const auto placed = [](const Cluster& cluster) { return cluster.place.has_position(); };
  if (std::ranges::none_of(clusters_, placed)) return;
  cells_.reserve(std::size_t{kRows} * kColumns);
  for (int row = 0; row < kRows; ++row)
    for (int column = 0; column < kColumns; ++column) {
      Place middle;
      middle.latitude = static_cast<std::int16_t>((row * kCellDegrees - 90 + kCellDegrees / 2) * 100);
      middle.longitude = static_cast<std::int16_t>((column * kCellDegrees - 180 + kCellDegrees / 2) * 100);
      cells_.push_back(nearest_to(middle));
    }
}

ClientClusters::Number ClientClusters::nearest_to(const Place& place) const {
  Number nearest = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < clusters_.size(); ++i) {
    const auto distance = distance_km(place, clusters_[i].place);
    if (!(distance < least)) continue;
    least = distance;
    nearest = static_cast<Number>(i + 1);
  }
  return nearest;
}

ClientClusters::Number ClientClusters::cluster_at(const Place& place) const noexcept {
  if (cells_.empty() || !place.has_position()) return rest_;
  const auto cell = [](int hundredths, int from, int most) {
    return std::clamp((hundredths / 100 - from) / kCellDegrees, 0, most - 1);
  };
  const int row = cell(place.latitude, -90, kRows), column = cell(place.longitude, -180, kColumns);
  return cells_[static_cast<std::size_t>(row) * kColumns + static_cast<std::size_t>(column)];
}

ClientClusters::Number ClientClusters::find(const IpAddress& client, const Place& place) const noexcept {
  const auto behind = std::ranges::upper_bound(starts_, numbers_of(client.mapped()), {}, &Start::first);
  if (behind != starts_.begin())
    if (const auto cluster = std::prev(behind)->cluster; cluster != 0) return cluster;
  return cluster_at(place);
}

std::string_view ClientClusters::name(Number id) const noexcept {
  return id == 0 || id > clusters_.size() ? std::string_view() : std::string_view(clusters_[id - 1u].name);
}

ClientClusters::Number ClientClusters::id_of(std::string_view name) const noexcept {
  const auto found = std::ranges::find(clusters_, name, &Cluster::name);
  return found == clusters_.end() ? Number{0} : static_cast<Number>(found - clusters_.begin() + 1);
}

}  // namespace harbinger::mirror
