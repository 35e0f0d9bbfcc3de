// What each client asked for lately, and from it which records follow which.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "learn/refresh_record.h"

namespace harbinger {

/// The latest distinct records of each client. A fixed table: clients that share a line push each other out.
class Trails {
 public:
  static constexpr std::size_t kLength = 8;
  static constexpr UnixMillis kWindowMs = 8000;  ///< what comes later does not follow

  struct Step {
    RecordRef record;
    UnixMillis at = 0;
  };
  struct Trail {
    ClientKey client = 0;
    std::uint8_t length = 0;
    std::array<Step, kLength> steps;  ///< newest first
  };

  explicit Trails(std::size_t clients);

  /// `client` asked for `record`: counts it as a follower of what came before. True when that is new in the window, so that what follows it
  /// may be expected now.
  bool step(ClientKey client, RecordRef record, UnixMillis now, RecordTable& records);
  const Trail& of(ClientKey client) const { return trails_[place(client)]; }
  std::size_t bytes() const { return trails_.capacity() * sizeof(Trail); }

 private:
  std::size_t place(ClientKey client) const { return (client * 0x9e3779b97f4a7c15U) >> shift_; }

  std::vector<Trail> trails_;
  unsigned shift_;
};

/// The chance that `follower` comes after `leader` was asked for.
double follows(const RefreshRecord& leader, const Follower& follower);

}  // namespace harbinger
