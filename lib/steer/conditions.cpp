#include "steer/conditions.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <ranges>
#include <unordered_map>

#include "base/client_network.h"
#include "steer/way_model.h"
#include "steer/way_table.h"

namespace harbinger::steer {

namespace {

constexpr double kMostMs = 60'000;
constexpr double kClose = 0.7, kDifferent = 0.15;                        // in logarithms
constexpr double kLookAgain = 120, kLookAtLocal = 5, kLookAtShared = 2;  // seconds
constexpr float kStays = 0.87f;
constexpr Duration kBorrowedFor = std::chrono::seconds(5);  // what a wider group says may be so old

// 32 bits are enough to tell groups apart; 0 means "not known".
std::uint32_t hashed(std::uint64_t value) noexcept {
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdu;
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53u;
  const auto half = static_cast<std::uint32_t>(value ^ (value >> 32));
  return half != 0 ? half : 1;
}

std::uint64_t country_of(const Place& place) noexcept {
  return static_cast<std::uint64_t>(static_cast<unsigned char>(place.country[0])) << 8 |
         static_cast<unsigned char>(place.country[1]);
}

struct Group {
  ClientGroup path;
  std::unordered_map<EndpointId, Way> ways;
  MonotonicTime measured;
  WayTable::Cells compiled{};  // shared with the tables that were handed out
  MonotonicTime compiled_at{};
  bool dirty = true;
};

class LearntConditions final : public Conditions {
 public:
  explicit LearntConditions(Settings settings) : settings_(settings) {}

  bool measured(const ClientGroup& group, EndpointId endpoint, double rtt_ms, Source source, MonotonicTime at) override;
  bool lost(const ClientGroup& group, EndpointId endpoint, double after_ms, Source source, MonotonicTime at) override;
  std::vector<Wanted> wanted(MonotonicTime now, std::size_t most) const override;
  std::unique_ptr<const ConditionTable> compile(MonotonicTime now) override;
  Terms explain(const ClientGroup& group, EndpointId endpoint, MonotonicTime now) const override;

 private:
  void learn(const ClientGroup& group, EndpointId endpoint, double log_ms, MonotonicTime at);
  Group* find_or_add(const ClientGroup& path, std::size_t level, MonotonicTime at);
  void make_room();
  std::optional<double> expected(const Group& group, EndpointId endpoint, MonotonicTime now) const;
  std::optional<double> expected_by(const ClientGroup& path, EndpointId endpoint, MonotonicTime now) const;
  static double overdue_by(const Way& way, const SharedWay& shared, double best, MonotonicTime now);
  static float settled(const Group& group, std::size_t endpoint, float ms);
  WayTable::Cells cells_of(const Group& group, MonotonicTime now) const;
  bool out_of_date(const Group& group, MonotonicTime now) const;

  const Settings settings_;
  std::unordered_map<std::uint32_t, Group> groups_;
  std::vector<SharedWay> shared_;  // by endpoint
};

bool LearntConditions::measured(const ClientGroup& group, EndpointId endpoint, double rtt_ms, Source,
                                MonotonicTime at) {
  if (!(rtt_ms > 0 && rtt_ms <= kMostMs) || endpoint >= settings_.endpoints || group == ClientGroup{}) return false;
  learn(group, endpoint, std::log(rtt_ms), at);
  return true;
}

// What was lost took at least so long; of how much longer it would have taken, nothing is known.
bool LearntConditions::lost(const ClientGroup& group, EndpointId endpoint, double after_ms, Source, MonotonicTime at) {
  if (!(after_ms > 0 && after_ms <= kMostMs) || endpoint >= settings_.endpoints || group == ClientGroup{}) return false;
  const auto known = expected_by(group, endpoint, at);
  const double bound = std::log(after_ms);
  if (!known || bound > *known) learn(group, endpoint, known ? std::min(bound, *known + kMostSurprise) : bound, at);
  return true;
}

void LearntConditions::learn(const ClientGroup& path, EndpointId endpoint, double log_ms, MonotonicTime at) {
  if (shared_.size() <= endpoint) shared_.resize(std::size_t{endpoint} + 1);
  auto& shared = shared_[endpoint];
  bool first = true;
  for (std::size_t level = 0; level < path.keys.size(); ++level) {
    if (path.keys[level] == 0 || (level > 0 && path.keys[level] == path.keys[level - 1])) continue;
    auto* group = find_or_add(path, level, at);
    auto& way = group->ways[endpoint];
    if (first && way.measurements == 0)
      if (const auto guess = expected_by(path, endpoint, at)) way.begin(*guess - shared.residual(at), at);
    // What all share is learnt once for a measurement, from the narrowest group.
    way.learn(log_ms, first ? &shared : nullptr, shared.residual(at), path.keys[level], at);
    group->dirty = true;
    first = false;
  }
}

Group* LearntConditions::find_or_add(const ClientGroup& path, std::size_t level, MonotonicTime at) {
  const auto key = path.keys[level];
  const auto found = groups_.find(key);
  if (found == groups_.end() && groups_.size() >= settings_.groups) make_room();
  auto& group = groups_[key];
  group.path = path;
  std::fill_n(group.path.keys.begin(), level, key);
  group.measured = at;
  return &group;
}

// A quarter at a time, so that it is rare.
void LearntConditions::make_room() {
  std::vector<std::pair<MonotonicTime, std::uint32_t>> by_age;
  by_age.reserve(groups_.size());
  for (const auto& [key, group] : groups_) by_age.emplace_back(group.measured, key);
  const auto end = by_age.begin() + static_cast<std::ptrdiff_t>(by_age.size() / 4 + 1);
  std::ranges::nth_element(by_age, end - 1);
  for (auto each = by_age.begin(); each != end; ++each) groups_.erase(each->second);
}

std::optional<double> LearntConditions::expected(const Group& group, EndpointId endpoint, MonotonicTime now) const {
  const auto found = group.ways.find(endpoint);
  if (found == group.ways.end() || found->second.measurements == 0) return std::nullopt;
  return found->second.expected(shared_[endpoint].residual(now), now);
}

// The narrowest group that has been measured with this endpoint speaks for the others.
std::optional<double> LearntConditions::expected_by(const ClientGroup& path, EndpointId endpoint,
                                                    MonotonicTime now) const {
  for (const auto key : path.keys)
    if (const auto found = groups_.find(key); key != 0 && found != groups_.end())
      if (const auto value = expected(found->second, endpoint, now)) return value;
  return std::nullopt;
}

// What changed by less than noise does stays as it was, so that two ways that are about as good do not take turns.
float LearntConditions::settled(const Group& group, std::size_t endpoint, float ms) {
  if (!group.compiled || endpoint >= group.compiled->size()) return ms;
  const float before = (*group.compiled)[endpoint];
  return ms > before * kStays && ms * kStays < before ? before : ms;
}

WayTable::Cells LearntConditions::cells_of(const Group& group, MonotonicTime now) const {
  auto cells = std::make_shared<std::vector<float>>(shared_.size(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t endpoint = 0; endpoint < cells->size(); ++endpoint)
    if (const auto value = expected_by(group.path, static_cast<EndpointId>(endpoint), now))
      (*cells)[endpoint] = settled(group, endpoint, static_cast<float>(std::exp(*value)));
  return cells;
}

// Lines without news are those of the table before.
std::unique_ptr<const ConditionTable> LearntConditions::compile(MonotonicTime now) {
  bool all = false;
  for (auto& each : shared_) all = each.show(now) || all;
  auto table = std::make_unique<WayTable>(groups_.size());
  for (auto& [key, group] : groups_) {
    if (all || out_of_date(group, now)) {
      group.compiled = cells_of(group, now);
      group.compiled_at = now;
      group.dirty = false;
    }
    table->add(key, group.compiled);
  }
  return table;
}

bool LearntConditions::out_of_date(const Group& group, MonotonicTime now) const {
  const auto moved = [&](const Way& each) { return each.moved(group.compiled_at, now); };
  return group.dirty || group.compiled->size() != shared_.size() || now - group.compiled_at > kBorrowedFor ||
         std::ranges::any_of(std::views::values(group.ways), moved);
}

// How overdue a measurement of each way is: soon where something is believed to be different at present, since it may be over; later where the way would be
// chosen if it were a little better than believed.
std::vector<Conditions::Wanted> LearntConditions::wanted(MonotonicTime now, std::size_t most) const {
  std::vector<std::pair<double, Wanted>> found;
  for (const auto& [key, group] : groups_) {
    if (group.path.keys[0] != key) continue;
    double best = std::numeric_limits<double>::infinity();
    for (const auto& [endpoint, way] : group.ways) best = std::min(best, way.base());
    for (std::size_t endpoint = 0; endpoint < shared_.size(); ++endpoint) {
      const auto way = group.ways.find(static_cast<EndpointId>(endpoint));
      const double overdue = way == group.ways.end() ? 1 : overdue_by(way->second, shared_[endpoint], best, now);
      if (overdue > 0) found.emplace_back(-overdue, Wanted{group.path, static_cast<EndpointId>(endpoint)});
    }
  }
  const auto taken = std::min(most, found.size());
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(taken), {},
                            &std::pair<double, Wanted>::first);
  std::vector<Wanted> list;
  for (std::size_t i = 0; i < taken; ++i) list.push_back(found[i].second);
  return list;
}

double LearntConditions::overdue_by(const Way& way, const SharedWay& shared, double best, MonotonicTime now) {
  if (way.base() > best + kClose) return 0;
  const double usual = way.age_s(now) / kLookAgain;
  const double local = std::abs(way.local(now)) > kDifferent ? way.age_s(now) / kLookAtLocal : 0;
  // One measurement tells for all groups, so the age is that of the last of any; among them the oldest comes first.
  const double common =
      std::abs(shared.residual(now)) > kDifferent ? shared.age_s(now) / kLookAtShared + usual / 100 : 0;
  return std::max({usual, local, common});
}

Conditions::Terms LearntConditions::explain(const ClientGroup& path, EndpointId endpoint, MonotonicTime now) const {
  for (const auto key : path.keys) {
    const auto group = groups_.find(key);
    if (key == 0 || group == groups_.end()) continue;
    const auto way = group->second.ways.find(endpoint);
    if (way == group->second.ways.end() || way->second.measurements == 0) continue;
    const double shared = shared_[endpoint].residual(now);
    return {.base_ms = std::exp(way->second.base()),
            .shared_factor = std::exp(shared),
            .local_factor = std::exp(way->second.local(now)),
            .expected_ms = std::exp(way->second.expected(shared, now)),
            .age_s = way->second.age_s(now),
            .measurements = way->second.measurements,
            .known = true};
  }
  return {};
}

}  // namespace

ClientGroup ClientGroup::of(const Place& place) noexcept {
  ClientGroup group;
  if (place.has_country()) group.keys[2] = hashed(country_of(place));
  group.keys[1] = place.network == 0 ? group.keys[2] : hashed(country_of(place) << 32 | place.network | 1ull << 48);
  group.keys[0] =
      place.city == 0 ? group.keys[1] : hashed((std::uint64_t{place.city} << 32 | place.network) ^ 0x5bd1e995u);
  return group;
}

ClientGroup ClientGroup::of(const IpAddress& address) noexcept {
  const auto net = client_network(address).address;
  std::uint64_t value = address.is_v4() ? 4 : 6;
  for (const auto octet : net.mapped()) value = value * 0x100000001b3u + octet;
  ClientGroup group;
  group.keys.fill(hashed(value));
  return group;
}

std::unique_ptr<Conditions> make_conditions(Conditions::Settings settings) {
  return std::make_unique<LearntConditions>(settings);
}

}  // namespace harbinger::steer
