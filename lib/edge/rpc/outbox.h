// What waits to be sent over a session: bounded, what matters least is shed first.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "edge/messages.h"

namespace harbinger::edge {

/// What an edge says at once.
struct EdgeWords {
  std::optional<Status> status{};
  std::vector<Latency> latencies{};
  std::vector<Fetched> accesses{};
  std::vector<JobDone> done{};
  std::vector<Line> lines{};
};

/// What a hub says at once.
struct HubWords {
  std::vector<Job> jobs{};
  std::vector<Line> lines{};
};

/// An edge's. When more than `most` parts wait, the oldest accesses go, then lines, then latencies, and what became of jobs last. A Status
/// that waits takes in the next one: its counts are added up, the rest is as said last. Not thread-safe.
class EdgeOutbox {
 public:
  explicit EdgeOutbox(std::size_t most) : most_(most) {}

  void add(const Status& status);
  void add(std::span<const Latency> latencies);
  void add(std::span<const Fetched> accesses);
  void add(std::span<const JobDone> done);
  void add(std::span<const Line> lines);

  bool empty() const { return !status_ && parts() == 0; }
  /// As much as goes into one message: the Status and what became of jobs first.
  EdgeWords take();
  void clear();
  /// Parts that went, since the last call.
  std::size_t take_shed();

 private:
  std::size_t parts() const { return latencies_.size() + accesses_.size() + done_.size() + lines_.size(); }
  void shed();

  const std::size_t most_;
  std::optional<Status> status_;
  std::deque<Latency> latencies_;
  std::deque<Fetched> accesses_;
  std::deque<JobDone> done_;
  std::deque<Line> lines_;
  std::size_t shed_ = 0;
};

/// A hub's, for one edge. When more than `most` parts wait, the oldest lines go, then the oldest jobs; and jobs whose time is over. Not
/// thread-safe.
class HubOutbox {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit HubOutbox(std::size_t most) : most_(most) {}

  void add(std::span<const Job> jobs, Time now);
  void add(std::span<const Line> lines);

  bool empty() const { return jobs_.empty() && lines_.empty(); }
  /// As much as goes into one message, jobs first; what they have waited is taken off their time. May be nothing.
  HubWords take(Time now);
  void clear();
  std::size_t take_shed();

 private:
  struct Waiting {
    Job job;
    Time since;
  };
  void shed();

  const std::size_t most_;
  std::deque<Waiting> jobs_;
  std::deque<Line> lines_;
  std::size_t shed_ = 0;
};

}  // namespace harbinger::edge
