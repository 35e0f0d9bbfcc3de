// What the planner remembers from plan to plan, so that it does not change its mind without reason: cool-downs, and since when nothing is heard of a mirror.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>

#include "mirror/planner.h"

namespace harbinger::mirror {

/// A number for a resource in a cluster, or on a server there.
std::uint64_t mirror_key(std::uint64_t resource, std::string_view cluster, std::string_view server = {});

/// When something failed or was withdrawn. Forgets the oldest when there is too much.
class CoolDowns {
 public:
  void begin(std::uint64_t key, MonotonicTime now);
  bool cooling(std::uint64_t key, std::chrono::seconds length, MonotonicTime now) const;

 private:
  static constexpr std::size_t kMost = 65'536;

  std::unordered_map<std::uint64_t, MonotonicTime> since_;
  std::deque<std::uint64_t> order_;
};

/// Since when no demand was told of what is held. Told anew with each plan, so it is as large as what is held.
class Silences {
 public:
  void begin_plan() { next_.clear(); }
  /// Nothing is told of it now; since when.
  MonotonicTime silent(std::uint64_t key, MonotonicTime now);
  void end_plan() { since_.swap(next_); }

 private:
  std::unordered_map<std::uint64_t, MonotonicTime> since_, next_;
};

}  // namespace harbinger::mirror
