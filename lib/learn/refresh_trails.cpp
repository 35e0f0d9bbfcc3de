#include "learn/refresh_trails.h"

#include <algorithm>
#include <bit>
#include <optional>

namespace harbinger {
namespace {

constexpr std::uint16_t kLeaderMemory = 60;
constexpr std::uint16_t kTypeMemory = 200;
constexpr double kTrustInUsual = 2;  // questions that everybody's habit counts as

std::optional<std::size_t> place_of(std::uint16_t type) {
  switch (type) {
    case 1:
      return 0;
    case 28:
      return 1;
    case 65:
      return 2;
    default:
      return std::nullopt;
  }
}

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

Trails::Trail& Trails::take(ClientKey client) {
  Trail& trail = trails_[place(client)];
  if (trail.client != client) {
    trail.client = client;
    trail.length = 0;
    trail.typed = {};
  }
  return trail;
}

void Trails::count_type(ClientKey client, std::uint16_t type) {
  const auto place = place_of(type);
  if (!place) return;
  ++typed_[*place];
  auto& typed = take(client).typed;
  if (++typed[*place] < kTypeMemory) return;
  for (auto& times : typed) times /= 2;
}

double Trails::habit(ClientKey client, std::uint16_t type) const {
  const auto place = place_of(type);
  if (!place) return 0.5;
  const auto most = static_cast<double>(*std::max_element(typed_.begin(), typed_.end()));
  const double usual = (static_cast<double>(typed_[*place]) + 0.5) / (most + 1);
  const Trail& trail = of(client);
  if (trail.client != client) return usual;
  const double own_most = *std::max_element(trail.typed.begin(), trail.typed.end());
  return (trail.typed[*place] + kTrustInUsual * usual) / (own_most + kTrustInUsual);
}

bool Trails::step(ClientKey client, RecordRef record, UnixMillis now, RecordTable& records, Habits& habits) {
  Trail& trail = take(client);
  while (trail.length > 0 && now - trail.steps[trail.length - 1].at > kWindowMs) --trail.length;
  const auto end = trail.steps.begin() + trail.length;
  const auto again = std::find_if(trail.steps.begin(), end, [&](const Step& step) { return step.record == record; });
  for (auto step = trail.steps.begin(); step != again; ++step) {
    RefreshRecord* leader = records.get(step->record);
    if (!leader) continue;
    add_follower(*leader, record, now - step->at);
    habits.follow(client, leader->key, record, now - step->at);
  }
  if (again != end) return false;
  if (trail.length < kLength) ++trail.length;
  std::move_backward(trail.steps.begin(), trail.steps.begin() + trail.length - 1, trail.steps.begin() + trail.length);
  trail.steps[0] = {record, now};
  RefreshRecord& leader = records[record.slot];
  if (++leader.led_times >= kLeaderMemory) forget_half(leader);
  return true;
}

double follows(std::uint16_t led_times, const Follower& follower) {
  // A leader that led once has proved little.
  return std::max(0.0, follower.times - 0.6) / (led_times + 0.6);
}

}  // namespace harbinger
