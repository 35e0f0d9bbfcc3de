#include "learn/refresh_habits.h"

#include <algorithm>

namespace harbinger {
namespace {

constexpr std::uint8_t kMostLed = 8;

}  // namespace

Habits::Habits(std::size_t pairs)
    : lines_(std::bit_ceil(std::max<std::size_t>(pairs, 2))), shift_(64U - std::bit_width(lines_.size() - 1)) {}

Habits::Line& Habits::take(ClientKey client, std::uint64_t leader_key) {
  const std::uint64_t pair = (client ^ leader_key) * 0x9e3779b97f4a7c15U;
  Line& line = lines_[pair >> shift_];
  if (line.pair != pair) {
    line = Line{};
    line.pair = pair;
  }
  return line;
}

const Habits::Line& Habits::lead(ClientKey client, std::uint64_t leader_key) {
  Line& line = take(client, leader_key);
  if (line.led < kMostLed) ++line.led;
  for (auto& follower : line.followers) follower.times = static_cast<std::uint8_t>(follower.times << 1);
  return line;
}

void Habits::follow(ClientKey client, std::uint64_t leader_key, RecordRef record, UnixMillis lag) {
  Line& line = take(client, leader_key);
  const auto lag_ms = static_cast<std::uint16_t>(std::clamp<UnixMillis>(lag, 0, 65535));
  Follower* rarest = &line.followers.front();
  for (auto& follower : line.followers) {
    if (follower.times != 0 && follower.record == record) {
      follower.times |= 1;
      follower.lag_ms = static_cast<std::uint16_t>((3U * follower.lag_ms + lag_ms) / 4);
      return;
    }
    if (follower.times < 2 && rarest->times >= 2) rarest = &follower;
    if (std::popcount(follower.times) < std::popcount(rarest->times)) rarest = &follower;
  }
  if ((rarest->times & 1) == 0 || std::popcount(rarest->times) < 2) *rarest = {record, 1, lag_ms};
}

double follows(const Habits::Line& line, const Habits::Follower& follower) {
  return 0.5 * std::max(0.02, (std::popcount(follower.times) - 0.3) / (line.led + 0.6));
}

}  // namespace harbinger
