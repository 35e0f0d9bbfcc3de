// How many requests are out at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include <harbinger/clock.h>

namespace harbinger::edge {

/// Begins with a few, and while jobs wait it doubles with each round until responses begin later than they used to (as TCP does, RFC 5681 sec. 3.1; by delay
/// as in TCP Vegas, Brakmo and Peterson, 1995). Then it shrinks, and grows by little from there. Failures halve it. A round is a few responses.
class Width {
 public:
  Width(std::size_t fewest, std::size_t most);
  std::size_t now() const { return width_; }

  /// A response came whole. `waits`: others waited meanwhile.
  void ended(Duration first_byte, bool waits);
  void failed();

 private:
  struct Round {
    std::size_t responses = 0, busy = 0;
    double log_ms = 0;
  };
  void judge();
  void change(double factor);
  void grow();

  const std::size_t fewest_, most_;
  std::size_t width_;
  Round round_;
  double usual_ms_ = 0;  // how soon responses begin when all is well
  bool doubling_ = true;
  int rest_ = 0;  // rounds before growing is tried again
};

}  // namespace harbinger::edge
