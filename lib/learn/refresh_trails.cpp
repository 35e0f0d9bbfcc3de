#include "learn/refresh_trails.h"

#include <algorithm>
#include <bit>

namespace harbinger {
namespace {

constexpr std::uint16_t kLeaderMemory = 60;

void forget_half(RefreshRecord& leader) {
  leader.led_times /= 2;
  for (auto& follower : leader.followers) follower.times /= 2;
}

// Space-saving: who is not in the list takes the place of the rarest, which loses a count each time until it is gone.
void add_follower(RefreshRecord& leader, RecordRef record, UnixMillis lag) {
  const auto lag_ms = static_cast<std::uint16_t>(std::clamp<UnixMillis>(lag, 0, 65535));
  Follower* rarest = &leader.followers.front();
  for (auto& follower : leader.followers) {
    if (follower.times != 0 && follower.record == record) {
      ++follower.times;
      follower.lag_ms = static_cast<std::uint16_t>((3U * follower.lag_ms + lag_ms) / 4);
      return;
    }
    if (follower.times < rarest->times) rarest = &follower;
  }
  if (rarest->times > 1) {
    --rarest->times;
  } else {
    *rarest = {record, 1, lag_ms};
  }
}

}  // namespace

Trails::Trails(std::size_t clients)
    : trails_(std::bit_ceil(std::max<std::size_t>(clients, 2))), shift_(64U - std::bit_width(trails_.size() - 1)) {}

bool Trails::step(ClientKey client, RecordRef record, UnixMillis now, RecordTable& records) {
  Trail& trail = trails_[place(client)];
  if (trail.client != client) {
    trail.client = client;
    trail.length = 0;
  }
  while (trail.length > 0 && now - trail.steps[trail.length - 1].at > kWindowMs) --trail.length;
  const auto end = trail.steps.begin() + trail.length;
  const auto again = std::find_if(trail.steps.begin(), end, [&](const Step& step) { return step.record == record; });
  for (auto step = trail.steps.begin(); step != again; ++step) {
    if (RefreshRecord* leader = records.get(step->record)) add_follower(*leader, record, now - step->at);
  }
  if (again != end) return false;
  if (trail.length < kLength) ++trail.length;
  std::move_backward(trail.steps.begin(), trail.steps.begin() + trail.length - 1, trail.steps.begin() + trail.length);
  trail.steps[0] = {record, now};
  RefreshRecord& leader = records[record.slot];
  if (++leader.led_times >= kLeaderMemory) forget_half(leader);
  return true;
}

double follows(const RefreshRecord& leader, const Follower& follower) {
  // A leader that led once has proved little.
  return std::max(0.0, follower.times - 0.6) / (leader.led_times + 0.6);
}

}  // namespace harbinger
