// Which answers to resolve ahead: records that will be asked for again soon and whose kept answer is absent or about to expire.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <harbinger/access.h>

namespace harbinger {

/// Learns from every question how each record (name and type) is asked for, and plans resolutions ahead within a budget of upstream queries.
/// One thread at a time; time comes as an argument.
class RefreshPlanner {
 public:
  struct Settings {
    std::size_t records = 200'000;     ///< remembered; the least useful make room
    double extra_upstream = 0.10;      ///< useless resolutions allowed, as a share of the upstream queries there would be without
  };
  /// One resolution that is worth doing now.
  struct Wish {
    std::string_view name;             ///< valid until the next call
    std::uint16_t type = 0;
    double probability = 0;            ///< that it is asked for while the new answer lives
    UnixMillis needed_by = 0;          ///< when the next question is expected, or the kept answer expires
  };

  virtual ~RefreshPlanner() = default;
  /// A client asked `access.resource`, `access.type`; `access.outcome` says whether the cache had it, `access.ttl_s` how long the answer
  /// given now lives.
  virtual void asked(const Access& access) = 0;
  /// A resolution ahead is done: its answer lives `ttl_s`; 0: failed.
  virtual void resolved(std::string_view name, std::uint16_t type, std::uint32_t ttl_s, UnixMillis now) = 0;
  /// Appends what should be resolved now, most worthwhile first; each is given once. Call a few times a second.
  virtual void plan(UnixMillis now, std::vector<Wish>& out) = 0;

  struct State {
    std::size_t records = 0, bytes = 0;
    std::uint64_t questions = 0, misses = 0, planned = 0, useful = 0, wasted = 0;
  };
  virtual State state() const = 0;
};

std::unique_ptr<RefreshPlanner> make_refresh_planner(RefreshPlanner::Settings settings = {});

}  // namespace harbinger
