// Acts that come a little out of order, put into the order of their time.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

/// Holds acts back until no earlier one is expected any more, and hands them on in batches. Acts of one time keep the order in which they came. One thread.
class ActOrder {
 public:
  struct Settings {
    std::chrono::milliseconds window{
        5000};                  ///< how much later than a later act an act may come; zero: nothing is held back
    std::size_t most = 32'768;  ///< held back at once; beyond it the earliest go on
    std::size_t batch = 512;    ///< handed on together
  };
  using Use = std::function<void(std::span<const Activity>)>;

  ActOrder(Settings settings, Use use);

  /// Copies what the act borrows. `latest`: the time up to which acts have been heard.
  void put(const Activity& act, UnixMillis latest, MonotonicTime now);
  /// Hands on whoever has waited for the window: nobody came meanwhile.
  void tick(MonotonicTime now);
  /// Hands on all.
  void end();

  /// That were not handed on yet.
  std::size_t held() const { return held_.size() - free_.size(); }
  /// Acts that came after later ones had gone on: handed on at once.
  std::uint64_t late() const { return late_; }

 private:
  struct Held {
    Activity act;
    std::string texts;
    Need need;
    MonotonicTime came;
  };
  struct Turn {
    UnixMillis at;
    std::uint64_t number;
    std::uint32_t place;
    friend auto operator<=>(const Turn&, const Turn&) = default;
  };

  std::uint32_t copy(const Activity& act, MonotonicTime now);
  void pop();
  void hand_on();

  const Settings settings_;
  const Use use_;
  std::deque<Held> held_;  // where they stay put
  std::vector<std::uint32_t> free_;
  std::vector<Turn> queue_;  // a heap, earliest first
  std::vector<Activity> batch_;
  std::vector<std::uint32_t> leaving_;  // places of the batch, free once it is handed on
  std::uint64_t numbers_ = 0, late_ = 0;
  UnixMillis went_ = 0;  // latest that went on
};

}  // namespace harbinger::orchestrate
