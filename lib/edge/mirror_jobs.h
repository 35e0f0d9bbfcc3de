// Jobs for one certain edge, whose giver hears what came of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <harbinger/clock.h>
#include "edge/job_book.h"
#include "edge/messages.h"

namespace harbinger::edge {

/// Every giver hears once: what the edge said, that it is gone, or that its time is over. What is to be said is kept until `take_told`. One thread at a time.
class MirrorJobs {
 public:
  using Done = std::function<void(const JobDone&)>;
  using Told = std::vector<std::pair<Done, JobDone>>;
  static constexpr std::size_t kMost = 8192;
  static constexpr Duration kGrace = std::chrono::seconds(1);  ///< for an answer that sets out in time

  /// The job as it is to be sent; nothing, and `done` is to hear why, when there are too many.
  std::optional<Job> give(SessionId session, Job job, Done done, MonotonicTime now);
  /// False when it is none of these.
  bool done(SessionId session, const JobDone& job, MonotonicTime now, JobBook::Done& how);
  void gone(SessionId session, const std::string& why);
  /// The sessions that never answered, once for each job.
  std::vector<SessionId> expire(MonotonicTime now);
  void refuse(Done done, const Job& job, std::string why);

  Told take_told() { return std::exchange(told_, {}); }
  std::size_t size() const { return open_.size(); }

 private:
  struct Open {
    SessionId session = 0;
    std::string resource{};
    Done done{};
    MonotonicTime since{}, until{};
  };
  void end(std::map<std::uint64_t, Open>::iterator at, JobDone::Outcome outcome, const std::string& why);

  std::map<std::uint64_t, Open> open_;
  std::uint64_t last_id_ = std::uint64_t{1} << 63;  // the ids of a JobBook are below
  Told told_;
};

}  // namespace harbinger::edge
