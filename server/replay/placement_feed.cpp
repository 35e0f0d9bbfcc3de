#include "server/replay/placement_feed.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "learn/chance.h"
#include "server/replay/unpack.h"

namespace harbinger::replay {

namespace {

using learn::Chance;

const std::vector<double> kSizes{4, 3, 2, 1};  // of clusters
constexpr std::int64_t kDay = 24LL * 3600 * 1000;

std::uint32_t made_up_size(std::uint64_t key) {
  Chance chance(key);
  chance.next();
  return static_cast<std::uint32_t>(std::clamp(chance.log_normal(16'384, 1.2), 500.0, 4e6));
}

// How likely each cluster is where a key is wanted: by its size, and by what it likes.
std::vector<double> likings(std::uint64_t key) {
  Chance chance(key ^ 0x5bd1e995);
  chance.next();
  auto weights = kSizes;
  for (auto& weight : weights) weight *= chance.log_normal(1, 1);
  return weights;
}

std::uint64_t integer(std::string_view octets, bool big_end_first) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < octets.size(); ++i)
    value = value << 8 | static_cast<unsigned char>(octets[big_end_first ? i : octets.size() - 1 - i]);
  return value;
}

Result<std::string> read_all(const std::string& path) {
  auto source = open_octets(path);
  if (!source) return fail(source.error());
  std::string all;
  std::vector<char> part(1 << 16);
  while (const auto count = (*source)->read(part)) all.append(part.data(), count);
  if (const auto trouble = (*source)->trouble(); !trouble.empty())
    return fail(ErrorCode::malformed, path + ": " + trouble);
  return all;
}

// Numbers keys, and remembers what belongs to each.
class KeyBook {
 public:
  explicit KeyBook(PlacementFeed& feed) : feed_(feed) {}

  void want(std::uint64_t key) {
    const auto [at, fresh] = numbers_.try_emplace(key, static_cast<std::uint32_t>(feed_.bytes.size()));
    if (fresh) {
      feed_.bytes.push_back(made_up_size(key));
      likings_.push_back(likings(key));
    }
    const auto cluster = static_cast<std::uint16_t>(chance_.draw(likings_[at->second]));
    feed_.wants.push_back({.resource = at->second, .cluster = cluster});
  }

 private:
  PlacementFeed& feed_;
  Chance chance_{1};
  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
  std::vector<std::vector<double>> likings_;
};

}  // namespace

PlacementFeed feed_of_clients(const Trace& trace) {
  PlacementFeed feed{.name = trace.name};
  Chance chance(1);
  std::vector<std::uint16_t> clusters(trace.clients.size());
  for (auto& cluster : clusters) cluster = static_cast<std::uint16_t>(chance.draw(kSizes));
  std::vector<std::uint64_t> sums(trace.resources.size()), counts(trace.resources.size());
  for (const auto& visit : trace.visits) {
    if (visit.outcome != Outcome::served || visit.size_bytes == 0) continue;
    sums[visit.resource] += visit.size_bytes;
    ++counts[visit.resource];
    feed.wants.push_back({visit.at, visit.resource, clusters[visit.client]});
  }
  for (std::size_t i = 0; i < sums.size(); ++i)
    feed.bytes.push_back(counts[i] == 0 ? 0 : static_cast<std::uint32_t>(sums[i] / counts[i]));
  return feed;
}

Result<PlacementFeed> read_keys(const std::string& path, const std::string& format) {
  const auto octets = read_all(path);
  if (!octets) return fail(octets.error());
  const bool wide = format == "keys-i64be";
  const std::size_t width = wide ? 8 : 4, keys = octets->size() / width;
  if (keys == 0)
    return fail(ErrorCode::malformed, path + ": not one whole key of " + std::to_string(width) + " octets");
  PlacementFeed feed;
  KeyBook book(feed);
  for (std::size_t i = 0; i < keys; ++i) book.want(integer(std::string_view(*octets).substr(i * width, width), wide));
  for (std::size_t i = 0; i < keys; ++i)
    feed.wants[i].at = static_cast<std::int64_t>(4 * kDay * static_cast<double>(i) / static_cast<double>(keys));
  return feed;
}

}  // namespace harbinger::replay
