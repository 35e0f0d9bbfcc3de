// Which answers to resolve ahead: records that will be asked for again soon and whose kept answer is absent or about to expire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <harbinger/access.h>

namespace harbinger {

/// Learns from every question how each record (name and type) is asked for, and plans resolutions ahead within a budget of upstream
/// queries. One that a client then uses costs nothing, because the client's own upstream query does not happen; so only the useless ones
/// count, and the planner sets its threshold such that they stay within the budget. What it knows is rebuilt from the access history in
/// seconds. One thread at a time; time comes as an argument, and a clock that jumps back counts as no time passed.
class RefreshPlanner {
 public:
  struct Settings {
    std::size_t records =
        200'000;  ///< remembered; the least useful make room. 456 bytes each and the name, and 180 more for the tables beside
    double extra_upstream = 0.10;  ///< upstream queries allowed beyond those without refreshing, as a share of these
    double floor = 0.10;  ///< what is less probable than this is not resolved ahead, however much budget there is
  };
  /// What made the planner think so.
  enum class Reason : std::uint8_t {
    renewal,   ///< the record's own rhythm: how long clients usually leave between two questions
    periodic,  ///< one client asks for it at a fixed interval
    follower   ///< the client asked for something that is usually followed by it
  };
  static constexpr std::size_t kReasons = 3;

  /// One resolution that is worth doing now.
  struct Wish {
    std::string_view name;  ///< valid until the next call
    std::uint16_t type = 0;
    Reason reason = Reason::renewal;
    double probability = 0;    ///< that it is asked for while the new answer lives
    UnixMillis needed_by = 0;  ///< when the next question is expected, or the kept answer expires
  };

  virtual ~RefreshPlanner() = default;
  /// A client asked `access.resource`, `access.type`, and has the answer; `access.outcome` says whether the cache had it, `access.ttl_s`
  /// how long the answer given still lives.
  virtual void asked(const Access& access) = 0;
  /// A resolution ahead is done: its answer lives `ttl_s`; 0: failed, or may not be kept.
  virtual void resolved(std::string_view name, std::uint16_t type, std::uint32_t ttl_s, UnixMillis now) = 0;
  /// Appends what should be resolved now, most probable first; each is given once. Cheap when there is nothing; call it every 10 to 100 ms,
  /// or after a batch of questions.
  virtual void plan(UnixMillis now, std::vector<Wish>& out) = 0;

  struct State {
    std::size_t records = 0, bytes = 0;
    std::uint64_t questions = 0;
    std::uint64_t misses = 0;  ///< that there would have been without refreshing
    std::uint64_t planned = 0, useful = 0, wasted = 0;
    std::uint64_t planned_for[kReasons] = {}, useful_for[kReasons] = {};
    double threshold = 0;  ///< what is less probable is not resolved ahead at present
    double extra = 0;      ///< share of upstream queries beyond those without refreshing, so far
  };
  virtual State state() const = 0;
};

std::unique_ptr<RefreshPlanner> make_refresh_planner(RefreshPlanner::Settings settings = {});

}  // namespace harbinger
