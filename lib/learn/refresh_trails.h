// What each client asked for lately, and from it which records follow which.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "learn/refresh_habits.h"
#include "learn/refresh_record.h"

namespace harbinger {

/// The latest distinct records of each client. A fixed table: clients that share a line push each other out.
class Trails {
 public:
  static constexpr std::size_t kLength = 12;
  static constexpr UnixMillis kWindowMs = 8000;  ///< what comes later does not follow

  struct Step {
    RecordRef record;
    UnixMillis at = 0;
  };
  struct Trail {
    ClientKey client = 0;
    std::uint8_t length = 0;
    std::array<std::uint16_t, 3> typed{};  ///< questions for A, AAAA and HTTPS
    std::array<Step, kLength> steps;       ///< newest first
  };

  explicit Trails(std::size_t clients);

  /// `client` asked for `record`: counts it as a follower of what came before. True when that is new in the window, so that what follows it
  /// may be expected now.
  bool step(ClientKey client, RecordRef record, UnixMillis now, RecordTable& records, Habits& habits);
  /// How much of what `client` asks for it asks with `type` too, 0 to 1; drawn towards everybody's.
  double habit(ClientKey client, std::uint16_t type) const;
  void count_type(ClientKey client, std::uint16_t type);
  const Trail& of(ClientKey client) const { return trails_[place(client)]; }
  std::size_t bytes() const { return trails_.capacity() * sizeof(Trail); }

 private:
  Trail& take(ClientKey client);
  std::size_t place(ClientKey client) const { return (client * 0x9e3779b97f4a7c15U) >> shift_; }

  std::array<std::uint64_t, 3> typed_{};  // of everybody
  std::vector<Trail> trails_;
  unsigned shift_;
};

/// The chance that `follower` comes after its leader, which led so often, was asked for.
double follows(std::uint16_t led_times, const Follower& follower);

}  // namespace harbinger
