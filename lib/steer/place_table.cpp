#include "steer/place_table.h"

#include <algorithm>
#include <mutex>

namespace harbinger::steer {

namespace {

constexpr std::size_t kHeads = 65'536;

std::uint64_t key_of(const IpAddress& address) noexcept {
  std::uint64_t key = 0;
  for (const auto octet : address.octets().first(address.is_v4() ? 4 : 8)) key = key << 8 | octet;
  return key;
}

void fill(Place& place, const Place& other) noexcept {
  if (!place.has_position() && (!place.has_country() || place.country == other.country)) {
    place.latitude = other.latitude;
    place.longitude = other.longitude;
    if (place.city == 0) place.city = other.city;
  }
  if (!place.has_country()) place.country = other.country;
  if (place.continent[0] == 0) place.continent = other.continent;
  if (place.network == 0) place.network = other.network;
}

}  // namespace

// Neighbours are mostly alike, so the last one is looked at first; the others are few enough to search when a table is made.
std::uint32_t PlaceRanges::number_of(const Place& place) {
  if (places_.back() == place) return static_cast<std::uint32_t>(places_.size() - 1);
  places_.push_back(place);
  return static_cast<std::uint32_t>(places_.size() - 1);
}

bool PlaceRanges::add(const IpAddress& first, const IpAddress& last, const Place& place) {
  if (first.is_v4() != last.is_v4() || last < first) return false;
  auto& starts = starts_[first.is_v4() ? 0 : 1];
  const auto from = key_of(first), to = key_of(last);
  if (!starts.empty() && from <= starts.back().first) {
    const auto end = starts.back();
    // Parts of one /64 do as the first of them.
    if (end.place == 0 && !first.is_v4() && from + 1 == end.first) return true;
    if (end.place != 0 || from < end.first) return false;
    starts.pop_back();
  }
  starts.push_back({from, number_of(place)});
  if (to != UINT64_MAX) starts.push_back({to + 1, 0});
  return true;
}

void PlaceRanges::finish() {
  by_head_.assign(kHeads + 1, 0);
  const auto& v4 = starts_[0];
  std::size_t at = 0;
  for (std::size_t head = 0; head <= kHeads; ++head) {
    while (at < v4.size() && v4[at].first < head << 16) ++at;
    by_head_[head] = static_cast<std::uint32_t>(at);
  }
}

Place PlaceRanges::find(const IpAddress& address) const noexcept {
  const bool is_v4 = address.is_v4();
  const auto& starts = starts_[is_v4 ? 0 : 1];
  const auto key = key_of(address);
  auto from = starts.begin(), to = starts.end();
  if (is_v4 && !by_head_.empty()) {
    to = starts.begin() + by_head_[(key >> 16) + 1];
    from = starts.begin() + by_head_[key >> 16];
  }
  const auto behind =
      std::upper_bound(from, to, key, [](std::uint64_t value, const Start& start) { return value < start.first; });
  if (behind == starts.begin()) return {};
  return places_[std::prev(behind)->place];
}

Result<std::shared_ptr<const PlaceTable>> PlaceTable::load(const std::vector<std::filesystem::path>& files) {
  auto table = std::make_shared<PlaceTable>();
  for (const auto& file : files) {
    auto ranges = file.extension() == ".mmdb" ? read_maxmind(file) : read_country_ranges(file);
    if (!ranges) return fail(ranges.error());
    ranges->finish();
    table->sources_.push_back(std::move(*ranges));
  }
  return table;
}

Place PlaceTable::find(const IpAddress& address) const noexcept {
  Place place;
  for (const auto& source : sources_) fill(place, source.find(address));
  return place;
}

std::size_t PlaceTable::size() const {
  std::size_t size = 0;
  for (const auto& source : sources_) size += source.size();
  return size;
}

namespace {

std::mutex in_use_lock;
std::shared_ptr<const PlaceTable>& in_use() {
  static std::shared_ptr<const PlaceTable> table;
  return table;
}

}  // namespace

void use_places(std::shared_ptr<const PlaceTable> table) {
  const std::lock_guard guard(in_use_lock);
  in_use() = std::move(table);
}

Place place_in_use(const IpAddress& address) {
  std::shared_ptr<const PlaceTable> table;
  {
    const std::lock_guard guard(in_use_lock);
    table = in_use();
  }
  return table ? table->find(address) : Place{};
}

}  // namespace harbinger::steer
