#include "orchestrate/user_book.h"

#include <algorithm>

namespace harbinger::orchestrate {

void UserBook::forget(ActorKey user) {
  const auto known = users_.find(user);
  if (known == users_.end()) return;
  if (known->second.waits) due_.erase({known->second.due, user});
  line_.erase(known->second.place);
  users_.erase(known);
}

UserBook::Entry& UserBook::entry_of(ActorKey user) {
  const auto known = users_.find(user);
  if (known != users_.end()) return known->second;
  if (users_.size() >= most_ && !line_.empty()) forget(line_.front());
  auto& entry = users_[user];
  entry.place = line_.insert(line_.end(), user);
  return entry;
}

void UserBook::due_now(ActorKey user, Entry& entry) {
  if (entry.waits && entry.due == MonotonicTime{}) return;
  if (entry.waits) due_.erase({entry.due, user});
  entry.due = {};
  entry.waits = true;
  due_.insert({entry.due, user});
}

void UserBook::heard(ActorKey user, UnixMillis at) {
  auto& entry = entry_of(user);
  line_.splice(line_.end(), line_, entry.place);
  ++entry.user.acts;
  entry.user.last_act = std::max(entry.user.last_act, at);
  entry.user.acted = true;
  entry.pause = {};
  due_now(user, entry);
}

void UserBook::expect(ActorKey user) { due_now(user, entry_of(user)); }

std::vector<std::pair<ActorKey, bool>> UserBook::take_due(std::size_t most, std::size_t& idle, MonotonicTime now) {
  std::vector<std::pair<ActorKey, bool>> all;
  while (!due_.empty() && due_.begin()->first <= now && all.size() < most) {
    const auto user = due_.begin()->second;
    auto& entry = users_.at(user);
    if (!entry.user.acted && idle == 0) break;
    if (!entry.user.acted) --idle;
    due_.erase(due_.begin());
    entry.waits = false;
    all.emplace_back(user, std::exchange(entry.user.acted, false));
  }
  return all;
}

void UserBook::look_again(ActorKey user, bool often, Duration pause, MonotonicTime now) {
  const auto known = users_.find(user);
  if (known == users_.end() || known->second.waits) return;
  auto& entry = known->second;
  entry.pause = often ? pause : std::clamp(2 * entry.pause, pause, std::max(pause, kLongestPause));
  entry.due = now + entry.pause;
  entry.waits = true;
  due_.insert({entry.due, user});
}

const UserBook::User* UserBook::find(ActorKey user) const {
  const auto known = users_.find(user);
  return known == users_.end() ? nullptr : &known->second.user;
}

}  // namespace harbinger::orchestrate
