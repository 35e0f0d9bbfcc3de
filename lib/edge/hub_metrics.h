// What a hub counts.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include <harbinger/metrics.h>
#include "edge/messages.h"

namespace harbinger::edge {

/// Any thread.
class HubMetrics {
 public:
  enum class Refused : std::uint8_t { conflict, malformed, too_many, limit };
  enum class Doubted : std::uint8_t { load, counts, capacity, job, line, way, limit };
  /// What became of a job that was wanted, besides what edges say.
  enum class Fate : std::uint8_t { sent, known, waits, moved, unanswered, dropped, dry_run, over_budget, limit };

  explicit HubMetrics(Metrics& metrics);
  void joined() { joined_.add(), ++connected_; }
  void lost() { lost_.add(), --connected_; }
  void refused(Refused why) { refused_[static_cast<std::size_t>(why)].add(); }
  void doubted(Doubted what) { doubted_[static_cast<std::size_t>(what)].add(); }
  void jobs(Fate fate, std::uint64_t count = 1) { fates_[static_cast<std::size_t>(fate)].add(count); }
  void done(const JobDone& job);
  void way() { ways_.add(); }
  void line(bool from_edge) { (from_edge ? edge_lines_ : server_lines_).add(); }
  void access() { accesses_.add(); }

 private:
  static constexpr std::size_t kOutcomes = static_cast<std::size_t>(JobDone::Outcome::stopped) + 1;
  Counter joined_, lost_, ways_, edge_lines_, server_lines_, accesses_, bytes_;
  std::array<Counter, static_cast<std::size_t>(Refused::limit)> refused_;
  std::array<Counter, static_cast<std::size_t>(Doubted::limit)> doubted_;
  std::array<Counter, static_cast<std::size_t>(Fate::limit)> fates_;
  std::array<Counter, kOutcomes> outcomes_;
  std::atomic<int> connected_{0};
  Metrics::GaugeHandle gauge_;  // last: it reads the rest
};

}  // namespace harbinger::edge
