// What is to be made ready, most worthwhile first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <harbinger/clock.h>

namespace harbinger {

/// Something that could be fetched ahead.
struct PrefetchJob {
  std::string key{};          ///< what is fetched; at most one job per key waits or is in flight
  double probability = 0;     ///< that it is wanted before it is stale
  double benefit_ms = 0;      ///< what its client saves when it is there
  double transfer_ms = 1;     ///< estimated time to fetch it; below 0.001 counts as that
  std::uint64_t bytes = 0;    ///< estimated size
  MonotonicTime needed_by{};  ///< from then on it is too late; 0: never too late

  /// What the queue is ordered by: probability x benefit / transfer time. What is no number is worth nothing.
  double worth() const;
};

/// Ordered by worth; of equals, the first come. Bounded: the least worthwhile makes room. One thread at a time.
class PrefetchQueue {
 public:
  struct Limits {
    std::size_t waiting = 4096;
    std::size_t in_flight = 64;
    std::uint64_t bytes_in_flight = 64 << 20;
  };
  enum class Offered : std::uint8_t {
    queued,
    raised,   ///< it waits already and is worth more now
    known,    ///< it waits already and is worth as much, or it is in flight
    no_room,  ///< all that wait are worth more, or it is larger than what may be in flight
    too_late,
  };

  /// Is told of each job that waited and was dropped: too_late or no_room. Must not use the queue.
  using Dropped = std::function<void(const PrefetchJob& job, Offered why)>;

  explicit PrefetchQueue(Limits limits, Dropped dropped = {});
  ~PrefetchQueue();

  /// A job for a key that waits already takes its place if it is worth more; either way it is needed until the later of both times.
  Offered offer(PrefetchJob job, MonotonicTime now);
  /// The best job, now in flight; nothing when none waits or it must wait for others to be done. Late ones are dropped.
  std::optional<PrefetchJob> next(MonotonicTime now);
  /// The job of `key` is done, well or not. Nothing happens when it is not in flight.
  void done(std::string_view key);
  /// Drops those that are too late, as `offer` and `next` do.
  void drop_late(MonotonicTime now);
  /// Forgets the waiting job of `key`: the client came first. False when none waits.
  bool cancel(std::string_view key);

  struct State {
    std::size_t waiting = 0, in_flight = 0;
    std::uint64_t bytes_in_flight = 0, dropped_late = 0, dropped_for_room = 0;
  };
  State state() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger
