// What became of hints: was the resource wanted afterwards, too soon to be of use, or never?
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include <harbinger/access.h>
#include <harbinger/clock.h>

namespace harbinger {

/// Remembers hints until their resource is wanted or the time is over. Bounded: the oldest hints make room, uncounted. One thread.
class HintJudge {
 public:
  struct Verdicts {
    std::uint64_t useful = 0;  ///< wanted within the time
    std::uint64_t late = 0;    ///< wanted so soon that nothing could have been fetched; not among the useful
    std::uint64_t wasted = 0;  ///< not wanted
  };
  struct Settings {
    Duration horizon = std::chrono::minutes(5);
    Duration too_soon = std::chrono::milliseconds(50);
    std::size_t most = 100'000;
  };

  HintJudge() : HintJudge(Settings()) {}
  explicit HintJudge(Settings settings) : settings_(settings) {}

  void hinted(ClientKey client, std::uint64_t resource, MonotonicTime at);
  void wanted(ClientKey client, std::uint64_t resource, MonotonicTime at);
  /// Gives up waiting for what is over.
  void tend(MonotonicTime now);

  const Verdicts& verdicts() const { return verdicts_; }
  std::size_t waiting() const { return open_.size(); }

 private:
  struct Key {
    ClientKey client;
    std::uint64_t resource;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept { return key.client * 0x9e3779b97f4a7c15u ^ key.resource; }
  };
  struct Given {
    Key key;
    MonotonicTime at;
  };

  const Settings settings_;
  std::unordered_map<Key, MonotonicTime, Hash> open_;
  std::deque<Given> order_;  // by time; holds keys that are closed already, too
  Verdicts verdicts_;
};

}  // namespace harbinger
