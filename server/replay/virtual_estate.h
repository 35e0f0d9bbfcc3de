// Resources of users in virtual time: what was ready when it was asked for, and what was idle for that.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "orchestrate/activity.h"

namespace harbinger::replay {

/// Sums. Seconds of resources count each part: two machines that are idle for a minute are 120.
struct EstateReport {
  double requests = 0, foretold = 0;     ///< all, and those that something told of before
  double ready = 0, foretold_ready = 0;  ///< that found theirs ready
  double under_way = 0;                  ///< that found theirs ordered and not ready yet
  double waited_s = 0;                   ///< of those who asked, together; who finds nothing waits for a whole start
  double saved_s = 0;                    ///< that they would have waited without anything made ahead
  double idle_s = 0;                     ///< ready and not asked for
  double held_s = 0;                     ///< made ahead and not asked for, from the order on: starting, too
  double paid_s = 0;                     ///< all of the time from orders on: starting, idle, waited for, and in use
  double made = 0, wasted = 0;           ///< ordered ahead; taken away without having been asked for

  void add(const EstateReport& other);
  double ready_share() const { return requests > 0 ? ready / requests : 0; }
  double per_request(double sum) const { return requests > 0 ? sum / requests : 0; }
  double foretold_share() const { return foretold > 0 ? foretold_ready / foretold : 0; }
  /// For each request, in seconds of one idle resource, when a start that somebody waits for in full costs `cold_s` of them.
  double cost_s(double cold_s) const {
    const double all_s = waited_s + saved_s;
    return per_request(idle_s) + (all_s > 0 ? cold_s * waited_s / all_s : 0);
  }
};

/// What is made ahead for users, by whoever decides that; whoever finds nothing gets one at once, which takes a start. Calls come in the order of time.
class VirtualEstate {
 public:
  /// `start`: from an order to ready. What is over before `judged_from` is not reported.
  VirtualEstate(UnixMillis start, UnixMillis judged_from) : start_(start), judged_from_(judged_from) {}

  /// A number that is not given again.
  std::uint64_t order(orchestrate::ActorKey user, const orchestrate::Need& need, UnixMillis now);
  /// Nothing happens where there is none of that number any more.
  void remove(std::uint64_t number, UnixMillis now);
  struct Request {
    orchestrate::ActorKey user = 0;
    const orchestrate::Need& need;
    UnixMillis used = 0;  ///< for so long
    bool foretold = true;
  };
  static constexpr std::uint64_t kNone = 0, kOldest = UINT64_MAX;
  /// The user asks: has `number` of his, or the oldest that is what he asks for. Its number, or kNone.
  std::uint64_t ask(const Request& request, UnixMillis now, std::uint64_t number = kOldest);
  bool has(std::uint64_t number) const { return owners_.contains(number); }
  /// The end: what is there is given up.
  void finish(UnixMillis now);

  struct Spare {
    std::uint64_t number = 0;
    orchestrate::Need need{};
    UnixMillis ordered = 0;
  };
  /// Oldest first.
  const std::vector<Spare>& spares(orchestrate::ActorKey user) const;
  const EstateReport& report() const { return report_; }

 private:
  void close(const Spare& spare, UnixMillis now);
  void count(const Request& request, UnixMillis wait, bool ordered);

  const UnixMillis start_, judged_from_;
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, orchestrate::ActorKey> owners_;
  std::unordered_map<orchestrate::ActorKey, std::vector<Spare>> spares_;
  EstateReport report_;
};

}  // namespace harbinger::replay
