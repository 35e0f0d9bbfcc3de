// What others say will make resources wanted, and what such events came to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include <harbinger/demand.h>

namespace harbinger::demand {

/// Events that are to come or under way, and the series that each is about.
class Events {
 public:
  using Id = DemandForecast::EventId;
  static constexpr std::size_t kMost = 1024;  ///< the one that ends first makes room
  static constexpr std::size_t kMostTags = 4096;

  Id add(const DemandForecast::Event& event);
  void concerns(Id id, std::uint64_t resource, std::uint32_t cluster);
  bool empty() const { return events_.empty(); }

  /// What demand of a series is expected to be multiplied with at `at`.
  float lift(std::uint64_t resource, std::uint32_t cluster, UnixMillis at) const;
  /// An interval around `at` brought `count`; `usual` would have been expected without events, where none has begun yet. What to divide the count by, so that
  /// the usual is left: what events under way have come to, as far as that is known already.
  float came(std::uint64_t resource, std::uint32_t cluster, UnixMillis at, float count, float usual);
  /// Events that are over are learnt from.
  void pass(UnixMillis at);
  double correction(const std::string& tag) const;

  /// What was learnt of tags.
  struct Learnt {
    double logs = 0, events = 0;
  };
  std::map<std::string, Learnt>& tags() { return tags_; }
  const std::map<std::string, Learnt>& tags() const { return tags_; }

 private:
  using Key = std::pair<std::uint64_t, std::uint32_t>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept { return key.first ^ (key.second * 0x9e3779b97f4a7c15ULL); }
  };
  struct Active {
    DemandForecast::Event event{};
    UnixMillis until = 0;
    double count = 0, usual = 0;
    std::unordered_map<Key, float, KeyHash> before{};  ///< what was usual of each series when it began
  };
  double lift_of(const Active& active) const;
  void learn(const Active& active);

  std::map<Id, Active> events_;
  std::unordered_map<Key, std::vector<Id>, KeyHash> about_;
  std::map<std::string, Learnt> tags_;
  Id last_ = 0;
};

}  // namespace harbinger::demand
