// What each client asked for after what: its own habits, which say more than everybody's.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "learn/refresh_record.h"

namespace harbinger {

/// For each pair of client and leading record, what followed the last eight times. A fixed table: pairs that share a line push each other
/// out.
class Habits {
 public:
  static constexpr std::size_t kFollowers = 10;
  struct Follower {
    RecordRef record;
    std::uint8_t times =
        0;  ///< a bit for each of the last eight times that the leader led, the newest lowest: whether it followed
    std::uint16_t lag_ms = 0;
  };
  struct Line {
    std::uint64_t pair = 0;
    std::uint8_t led = 0;  ///< how often it led, at most eight
    std::array<Follower, kFollowers> followers;
  };

  explicit Habits(std::size_t pairs);

  /// `leader` led once more; what followed it before, and how often.
  const Line& lead(ClientKey client, std::uint64_t leader_key);
  /// `record` followed it.
  void follow(ClientKey client, std::uint64_t leader_key, RecordRef record, UnixMillis lag);
  std::size_t bytes() const { return lines_.capacity() * sizeof(Line); }

 private:
  Line& take(ClientKey client, std::uint64_t leader_key);

  std::vector<Line> lines_;
  unsigned shift_;
};

/// The same for a client's own follower; half of it is believed.
double follows(const Habits::Line& line, const Habits::Follower& follower);

}  // namespace harbinger
