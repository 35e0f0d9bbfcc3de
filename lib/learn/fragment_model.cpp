#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <list>
#include <unordered_map>

#include <harbinger/fragments.h>

namespace harbinger {

namespace {

// A few fragments at once or out of order are one client going on; a longer way is a seek, of which nothing is learnt.
constexpr std::uint32_t kStride = 4;

/// How many had a fragment and how many of them wanted the next, by the fragment's place: the first twelve by themselves, later ones in
/// groups that double with every second one.
class Staying {
 public:
  void count(std::uint32_t index, bool went_on, float most) {
    Count& count = counts_[group(index)];
    if (count.reached >= most) {
      count.reached /= 2;
      count.went_on /= 2;
    }
    ++count.reached;
    if (went_on) ++count.went_on;
  }
  /// The share that went on; `prior` counts as much as `strength` cases.
  double share(std::uint32_t index, double prior, double strength) const {
    const Count& count = counts_[group(index)];
    return (count.went_on + strength * prior) / (count.reached + strength);
  }

 private:
  struct Count {
    float reached = 0, went_on = 0;
  };
  static std::size_t group(std::uint32_t index) {
    if (index < 12) return index;
    const auto octave = static_cast<std::uint32_t>(std::bit_width(index)) - 1;  // 3 at least
    return std::min<std::size_t>(12 + 2 * (octave - 3) + (index >> (octave - 1) & 1) - 1, 23);
  }

  std::array<Count, 24> counts_{};
};

// What a case counts until it fades: a resource is judged by its last hundreds of clients, a client by its last dozens of turns.
constexpr float kMostOfAll = 10'000, kMostOfResource = 500, kMostOfClient = 24;
constexpr double kStrengthOfAll = 4, kStrengthOfResource = 2;

struct ResourceStory {
  Staying staying;
  float pace_ms = 0;  // from one fragment to the next; 0: not known
};

struct ClientStory {
  Staying staying;
  bool watched = false;  // stands in the order of silence
  bool open = false;     // in the middle of:
  std::string whole;
  Fragment at;
  UnixMillis since = 0;
  float pace_ms = 0;
};

/// Stories by key, the longest unused at the front; bounded.
template <class Key, class Story>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(std::max<std::size_t>(most, 1)) {}

  Story* find(const Key& key) {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second->second;
  }
  /// Found or made, and now the last used. A story that has to go for it is handed to `leave` first.
  template <class Leave>
  Story& use(const Key& key, Leave leave) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
      order_.splice(order_.end(), order_, found->second);
      return found->second->second;
    }
    if (by_key_.size() >= most_) {
      leave(order_.front().second);
      by_key_.erase(order_.front().first);
      order_.pop_front();
    }
    order_.emplace_back(key, Story());
    by_key_.emplace(key, std::prev(order_.end()));
    return order_.back().second;
  }

 private:
  using Order = std::list<std::pair<Key, Story>>;
  std::size_t most_;
  Order order_;
  std::unordered_map<Key, typename Order::iterator> by_key_;
};

// Whichever is later: clocks jump.
std::uint64_t distance(UnixMillis a, UnixMillis b) {
  const auto high = static_cast<std::uint64_t>(std::max(a, b)), low = static_cast<std::uint64_t>(std::min(a, b));
  return high - low;
}

void mix_pace(float& pace, float ms) { pace = pace == 0 ? ms : pace + (ms - pace) / 4; }

}  // namespace

struct FragmentModel::Impl {
  Impl(const FragmentTable& layouts, Settings given)
      : table(layouts), settings(given), clients(given.clients), resources(given.resources) {}

  ResourceStory& resource(const std::string& whole) {
    return resources.use(whole, [](const ResourceStory&) {});
  }

  void learn_step(ClientStory& client, std::uint32_t index, bool went_on) {
    ResourceStory& story = resource(client.whole);
    all.count(index, went_on, kMostOfAll);
    story.staying.count(index, went_on, kMostOfResource);
    client.staying.count(index, went_on, kMostOfClient);
  }

  // Nothing is behind the last fragment, so being there is no stopping.
  void stop(ClientStory& client) {
    if (client.open && table.after(client.at, 1)) learn_step(client, client.at.index, false);
    client.open = false;
  }

  bool is_silent(UnixMillis since, UnixMillis now) const {
    return distance(since, now) >= static_cast<std::uint64_t>(std::max<UnixMillis>(settings.pause_ms, 1));
  }

  // Everybody stands in the order once. Whose turn comes and who was not silent goes to its end, so that a stop is seen no later than
  // after twice the pause.
  void stop_silent(UnixMillis now) {
    while (!silence.empty() && is_silent(silence.front().second, now)) {
      const ClientKey key = silence.front().first;
      silence.pop_front();
      ClientStory* const client = clients.find(key);
      if (!client || !client->watched) continue;
      if (client->open && is_silent(client->since, now)) stop(*client);
      client->watched = client->open;
      if (client->open) silence.emplace_back(key, now);
    }
  }

  void go_on(ClientStory& client, Fragment fragment, UnixMillis now) {
    const auto from = client.at.index, to = fragment.index;
    if (to > from && to - from <= kStride) {
      for (auto index = from; index < to; ++index) learn_step(client, index, true);
      const auto pace =
          now > client.since ? static_cast<float>(distance(now, client.since)) / static_cast<float>(to - from) : 0;
      mix_pace(client.pace_ms, pace);
      mix_pace(resource(client.whole).pace_ms, pace);
    } else if (to <= from && from - to <= kStride) {
      client.since = now;  // again, or out of order: it is as far as it was
      return;
    }
    client.at = std::move(fragment);
    client.since = now;
  }

  void learn(const Access& access, Fragment fragment) {
    ClientStory& client = clients.use(access.client, [&](ClientStory& leaving) { stop(leaving); });
    std::string whole = table.whole(fragment);
    if (client.open && client.whole == whole) {
      go_on(client, std::move(fragment), access.at);
    } else {
      stop(client);
      client.open = true;
      client.whole = std::move(whole);
      client.at = std::move(fragment);
      client.since = access.at;
      client.pace_ms = 0;
    }
    if (!client.watched) silence.emplace_back(access.client, access.at);
    client.watched = true;
  }

  double goes_on(const ClientStory& client, const ResourceStory& story, std::uint32_t index) const {
    const double usual = all.share(index, 0.5, 2);
    return client.staying.share(index, story.staying.share(index, usual, kStrengthOfAll), kStrengthOfResource);
  }

  const FragmentTable& table;
  const Settings settings;
  Staying all;
  Recent<ClientKey, ClientStory> clients;
  Recent<std::string, ResourceStory> resources;
  std::deque<std::pair<ClientKey, UnixMillis>> silence;
};

FragmentModel::FragmentModel(const FragmentTable& table) : FragmentModel(table, Settings()) {}
FragmentModel::FragmentModel(const FragmentTable& table, Settings settings)
    : impl_(std::make_unique<Impl>(table, settings)) {}
FragmentModel::~FragmentModel() = default;

bool FragmentModel::learn(const Access& access) {
  impl_->stop_silent(access.at);
  auto fragment = impl_->table.locate(access.resource);
  if (!fragment) return false;
  impl_->learn(access, std::move(*fragment));
  return true;
}

std::vector<FragmentModel::Next> FragmentModel::ahead(ClientKey key, UnixMillis now, double floor, std::size_t most) {
  impl_->stop_silent(now);
  std::vector<Next> found;
  const ClientStory* const client = impl_->clients.find(key);
  if (!client || !client->open || impl_->is_silent(client->since, now)) return found;
  const ResourceStory& story = impl_->resource(client->whole);
  const float pace = client->pace_ms > 0 ? client->pace_ms : story.pace_ms;
  double probability = 1;
  for (std::uint32_t ahead = 1; found.size() < most; ++ahead) {
    auto fragment = impl_->table.after(client->at, ahead);
    if (!fragment) break;
    probability *= impl_->goes_on(*client, story, client->at.index + ahead - 1);
    if (!(probability >= floor)) break;
    const double passed = now > client->since ? static_cast<double>(distance(now, client->since)) : 0;
    const double in_ms = static_cast<double>(pace) * ahead - passed;
    found.push_back({std::move(*fragment), probability, static_cast<std::uint32_t>(std::clamp(in_ms, 0.0, 4e9))});
  }
  return found;
}

}  // namespace harbinger
