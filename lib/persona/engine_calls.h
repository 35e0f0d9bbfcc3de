// Calls to an engine that are under way: how many, since when, and what became of the others.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include <harbinger/clock.h>

namespace harbinger::persona {

/// Thread-safe; for the feeding thread and the engine's.
class EngineCalls {
 public:
  using Id = std::uint64_t;

  Id begin(MonotonicTime now) {
    const std::lock_guard guard(lock_);
    under_way_.push_back({++last_, now});
    return last_;
  }
  void end(Id call, bool good) {
    const std::lock_guard guard(lock_);
    std::erase_if(under_way_, [&](const Call& each) { return each.id == call; });
    ++(good ? seen_.good : seen_.bad);
  }

  /// What came to an end since it was asked last, and what is under way for longer than `patience`; that is told once for each call.
  struct Seen {
    unsigned good = 0, bad = 0, late = 0;
    std::size_t under_way = 0;
  };
  Seen look(MonotonicTime now, Duration patience) {
    const std::lock_guard guard(lock_);
    Seen seen = seen_;
    seen_ = {};
    for (auto& each : under_way_) {
      if (each.late || now - each.since < patience) continue;
      each.late = true;
      ++seen.late;
    }
    seen.under_way = under_way_.size();
    return seen;
  }

 private:
  struct Call {
    Id id;
    MonotonicTime since;
    bool late = false;
  };
  std::mutex lock_;
  std::vector<Call> under_way_;
  Id last_ = 0;
  Seen seen_;
};

}  // namespace harbinger::persona
