// What we believe that the cache holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <harbinger/clock.h>
#include "edge/two_generations.h"

namespace harbinger::edge {

/// By hash of a resource or of a part of one. A belief, no knowledge: the cache may drop what it wants to, and is asked again when the belief has run out. Bounded;
/// one thread at a time.
class CacheLedger {
 public:
  /// Of what did not say how long it is fresh, at most; less where others say less, or where it was gone sooner.
  static constexpr std::chrono::seconds kUsuallyFresh{60};
  /// Nothing is believed for longer.
  static constexpr std::chrono::seconds kLongest{3600};
  static constexpr std::chrono::seconds kRefusedFor{60};

  explicit CacheLedger(std::size_t most = 65'536);

  bool holds(std::uint64_t key, MonotonicTime now);
  /// Why it is not worth asking for it; empty when it is, or when that was long ago.
  std::string refusal(std::uint64_t key, MonotonicTime now);

  /// We fetched it into the cache.
  void fetched(std::uint64_t key, std::optional<std::chrono::seconds> fresh_for, MonotonicTime now);
  /// It was there when we came.
  void found(std::uint64_t key, std::optional<std::chrono::seconds> fresh_for, MonotonicTime now);
  void refused(std::uint64_t key, std::string why, MonotonicTime now);

  /// A client fetched it. True when that was a hit, thanks to us, and the first for what we fetched.
  bool wanted(std::uint64_t key, bool hit, bool keepable, MonotonicTime now);

  /// What we fetched and no client wanted before it was fetched again or forgotten.
  std::uint64_t unused() const { return unused_; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    MonotonicTime until{};
    std::chrono::seconds lifetime{};  // as of the last time it was told; 0: never
    bool ours = false;                // fetched by us, wanted by no client yet
  };
  struct Refusal {
    MonotonicTime until{};
    std::string why;
  };
  void usually(double lifetime_s);
  Entry& keep(std::uint64_t key, std::optional<std::chrono::seconds> fresh_for, MonotonicTime now);

  std::uint64_t unused_ = 0;
  double usual_s_ = static_cast<double>(kUsuallyFresh.count());
  TwoGenerations<Entry> entries_;
  TwoGenerations<Refusal> refusals_;
};

}  // namespace harbinger::edge
