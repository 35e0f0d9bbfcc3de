// Acts that wait for the engine's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

/// Acts with what they view. Moves are cheap.
class ActBatch {
 public:
  void add(const Activity& act);
  std::size_t size() const { return acts_.size(); }
  bool empty() const { return acts_.empty(); }
  /// One of them; its views live as long as the batch, and until the next `add`.
  Activity operator[](std::size_t place) const;

 private:
  struct Kept {
    Activity act{};
    std::uint32_t text = 0;  ///< where its texts begin
    std::uint8_t verb = 0, kind = 0, source = 0, scope = 0;
    std::int32_t need = -1;
  };
  std::uint8_t keep(std::string_view text);

  std::vector<Kept> acts_;
  std::string texts_;
  std::deque<Need> needs_;
};

/// Bounded: what does not fit is shed, and counted. Any thread.
class ActQueue {
 public:
  explicit ActQueue(std::size_t most) : most_(most) {}

  /// How many of them were taken: the first ones.
  std::size_t push(std::span<const Activity> acts);
  /// All that wait, in the order they came.
  ActBatch take();
  std::uint64_t shed() const;
  /// So many more are taken now.
  std::size_t room() const;

 private:
  const std::size_t most_;
  mutable std::mutex lock_;
  ActBatch batch_;
  std::uint64_t shed_ = 0;
};

}  // namespace harbinger::orchestrate
