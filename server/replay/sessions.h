// The sessions of a trace: who goes on from where, and what is wanted within each.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "server/replay/flat_map.h"
#include "server/replay/trace.h"

namespace harbinger::replay {

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// What a visit is within its session.
enum class StepKind : std::uint8_t {
  first,     ///< begins a session
  repeated,  ///< the resource where the client was already
  onward,    ///< another resource: what a prediction is judged by
};

struct Step {
  StepKind kind = StepKind::first;
  std::uint32_t session = 0;
  std::uint32_t from = kNone;  ///< the other resource that the client came from; kNone in a session with one only
  std::uint32_t next = kNone;  ///< index of the session's next visit; kNone for the last
};

/// Steps of a trace, one for each visit, and what each session wants when.
class Sessions {
 public:
  /// A pause longer than `gap` ends a session. A visit from `new_from` on never continues a session from before it.
  Sessions(const Trace& trace, UnixMillis gap, std::size_t new_from = 0);

  const Step& operator[](std::size_t visit) const { return steps_[visit]; }
  std::uint32_t count() const { return count_; }

  /// First and last visit in which a session wanted a resource.
  struct Wanted {
    std::uint32_t first = kNone, last = kNone;
  };
  /// Null when the session never wants it.
  const Wanted* wanted(std::uint32_t session, std::uint32_t resource) const {
    return wanted_.find(key(session, resource));
  }
  /// Whether a visit is the first of its session for its resource, and not the session's beginning: something a prefetch could have served.
  bool is_need(const Trace& trace, std::size_t visit) const;

  static std::uint64_t key(std::uint32_t session, std::uint32_t resource) {
    return static_cast<std::uint64_t>(session) << 32 | resource;
  }

 private:
  std::vector<Step> steps_;
  std::uint32_t count_ = 0;
  FlatMap<Wanted> wanted_;
};

}  // namespace harbinger::replay
