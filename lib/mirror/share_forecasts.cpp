#include "mirror/share_forecasts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "learn/octets.h"

namespace harbinger::mirror {

namespace {

using Row = ForecastBatch::Row;
constexpr std::size_t kRow = 20;

bool usable(const Row& row) {
  const auto good = [](float value) { return std::isfinite(value) && value >= 0; };
  return good(row.expected) && good(row.high) && good(row.now);
}

void keep_most_wanted(std::vector<Row>& rows) {
  if (rows.size() > ForecastBatch::kMostRows) {
    const auto last = rows.begin() + ForecastBatch::kMostRows;
    std::ranges::nth_element(rows, last, std::ranges::greater{}, &Row::expected);
    rows.erase(last, rows.end());
  }
  std::ranges::sort(rows, {}, &Row::resource);
}

std::uint8_t* put_float(std::uint8_t* to, float value) {
  return learn::put_fixed(to, std::bit_cast<std::uint32_t>(value));
}

float get_float(const std::uint8_t* from) { return std::bit_cast<float>(learn::get_fixed<std::uint32_t>(from)); }

}  // namespace

const Row* ForecastBatch::find(std::uint64_t resource) const {
  const auto at = std::ranges::lower_bound(rows, resource, {}, &Row::resource);
  return at != rows.end() && at->resource == resource ? &*at : nullptr;
}

std::map<std::string, ForecastBatch> batches_of(std::vector<SharedForecast> forecasts) {
  std::map<std::string, ForecastBatch> batches;
  for (const auto& each : forecasts)
    if (const Row row{each.resource, each.expected, each.high, each.now}; usable(row))
      batches[each.cluster].rows.push_back(row);
  for (auto& [cluster, batch] : batches) keep_most_wanted(batch.rows);
  return batches;
}

std::string encode_rows(const std::vector<Row>& rows) {
  std::string octets(rows.size() * kRow, '\0');
  auto* to = reinterpret_cast<std::uint8_t*>(octets.data());
  for (const auto& row : rows) {
    to = learn::put_word(to, row.resource);
    to = put_float(put_float(put_float(to, row.expected), row.high), row.now);
  }
  return octets;
}

std::optional<std::vector<Row>> decode_rows(std::string_view octets) {
  if (octets.size() % kRow != 0 || octets.size() > ForecastBatch::kMostRows * kRow) return std::nullopt;
  std::vector<Row> rows;
  rows.reserve(octets.size() / kRow);
  const auto* from = reinterpret_cast<const std::uint8_t*>(octets.data());
  for (const auto* const end = from + octets.size(); from < end; from += kRow) {
    rows.push_back({learn::get_word(from), get_float(from + 8), get_float(from + 12), get_float(from + 16)});
    if (!usable(rows.back())) return std::nullopt;
  }
  if (!std::ranges::is_sorted(rows, {}, &Row::resource)) return std::nullopt;
  return rows;
}

void ShareForecasts::take(const std::string& cluster, const std::string& member, ForecastBatch batch,
                          MonotonicTime now) {
  for (auto& [name, members] : clusters_)
    batches_ -= std::erase_if(members, [&](const auto& each) { return each.second.until <= now; });
  std::erase_if(clusters_, [](const auto& each) { return each.second.empty(); });
  const bool known = clusters_.contains(cluster) && clusters_[cluster].contains(member);
  if (!known && batches_ >= kMostBatches) return;
  clusters_[cluster][member] = std::move(batch);
  batches_ += known ? 0 : 1;
}

std::optional<SharedForecast> ShareForecasts::forecast(std::uint64_t resource, std::string_view cluster,
                                                       MonotonicTime now) const {
  const auto members = clusters_.find(cluster);
  if (members == clusters_.end()) return std::nullopt;
  SharedForecast sum{.resource = resource, .cluster = std::string(cluster)};
  float spread = 0;
  bool any = false;
  for (const auto& [member, batch] : members->second) {
    const auto* const row = now < batch.until ? batch.find(resource) : nullptr;
    if (!row) continue;
    any = true;
    sum.expected += row->expected;
    sum.now += row->now;
    spread = std::hypot(spread, std::max(0.0F, row->high - row->expected));
  }
  sum.high = sum.expected + spread;
  return any ? std::optional(std::move(sum)) : std::nullopt;
}

}  // namespace harbinger::mirror
