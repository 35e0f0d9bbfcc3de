// How many requests are out at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include <harbinger/clock.h>

namespace harbinger::edge {

/// Grows while jobs wait and more requests bring more, shrinks when responses begin later than they used to, when requests fail, and while nothing waits. It
/// judges in rounds of a few responses each.
class Width {
 public:
  Width(std::size_t fewest, std::size_t most);
  std::size_t now() const { return width_; }

  /// A response came whole. `waits`: others waited meanwhile.
  void ended(Duration first_byte, std::uint64_t bytes, bool waits, MonotonicTime now);
  void failed();

 private:
  struct Round {
    MonotonicTime began{};
    std::size_t responses = 0, busy = 0;
    double log_ms = 0, bytes = 0;
  };
  struct Rates {
    double responses = 0, bytes = 0;  // per second
  };
  void judge(MonotonicTime now);
  void change(double factor);
  void grow_if_it_pays(const Rates& rates);

  const std::size_t fewest_, most_;
  std::size_t width_;
  Round round_;
  double usual_ms_ = 0;  // how soon responses begin when all is well
  Rates last_;
  bool grew_ = false;
  int rest_ = 0;  // rounds before growing is tried again
};

}  // namespace harbinger::edge
