// Who was heard of, and when each is looked at next.
#pragma once

#include <cstdint>
#include <list>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "orchestrate/activity.h"
#include "orchestrate/moment.h"

namespace harbinger::orchestrate {

/// So many users at most: those that were not heard of for longest make room. One thread.
class UserBook {
 public:
  struct User {
    std::uint64_t acts = 0;
    UnixMillis last_act = 0;
    bool acted = false;  ///< since the last look
  };
  explicit UserBook(std::size_t most) : most_(most) {}

  /// An act of his: he is due.
  void heard(ActorKey user, UnixMillis at);
  /// Something of his is there from before: he is due once.
  void expect(ActorKey user);
  /// Those who are due, at most so many, each with whether he acted; they are to be looked at now, and not again before `look_again` says so. Of those who did
  /// nothing, only `idle`, which is counted down.
  std::vector<std::pair<ActorKey, bool>> take_due(std::size_t most, std::size_t& idle, MonotonicTime now);
  /// Again after `pause`, which doubles from look to look while he does nothing; `often`: after `pause` each time.
  void look_again(ActorKey user, bool often, Duration pause, MonotonicTime now);
  const User* find(ActorKey user) const;
  std::size_t size() const { return users_.size(); }

 private:
  static constexpr Duration kLongestPause = std::chrono::minutes(1);
  struct Entry {
    User user{};
    MonotonicTime due{};
    Duration pause{};
    bool waits = false;  ///< is in due_
    std::list<ActorKey>::iterator place{};
  };
  Entry& entry_of(ActorKey user);
  void due_now(ActorKey user, Entry& entry);
  void forget(ActorKey user);

  const std::size_t most_;
  std::unordered_map<ActorKey, Entry> users_;
  std::list<ActorKey> line_;  // heard of longest ago first
  std::set<std::pair<MonotonicTime, ActorKey>> due_;
};

}  // namespace harbinger::orchestrate
