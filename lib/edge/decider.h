// Which of the things that clients are expected to want are worth fetching ahead.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <harbinger/clock.h>
#include "edge/messages.h"
#include "edge/predictor.h"
#include "edge/waste_credit.h"

namespace harbinger::edge {

/// Pays for prefetches out of a WasteCredit and keeps the books: what was fetched ahead, and whether somebody came for it. Not thread-safe.
class Decider {
 public:
  struct Settings {
    WasteCredit::Settings waste{};
    std::vector<std::string> skip{};  ///< patterns (matches_pattern) of what is never fetched ahead
    std::size_t most = 8;             ///< jobs for one access
    /// Times of what a miss takes: a client whose next access comes sooner is in a rush, and looked ahead further for.
    double ahead = 2;
    Duration patience = std::chrono::minutes(30);  ///< what nobody came for within it was in vain
    std::size_t open = 65'536;                     ///< prefetches that are kept in the books at a time
  };
  explicit Decider(Settings settings);

  /// The jobs that are paid for, for the fetcher; each has an id, and done() is owed for it.
  std::vector<Job> decide(ClientKey client, std::span<const Expected> expected, MonotonicTime now);

  /// A client fetched something.
  struct Wanted {
    std::string_view resource;
    std::uint64_t bytes = 0;
    double took_ms = 0;  ///< 0: not known
    bool from_cache = false;
  };
  void wanted(const Wanted& what);
  /// What became of a job.
  void done(const JobDone& done);
  /// Gives up hope for what was fetched long ago. Now and then.
  void tend(MonotonicTime now);

  struct Books {
    /// Jobs; likely things that were too dear; those on the skip list; those that can wait.
    std::uint64_t decided = 0, unpaid = 0, skipped = 0, put_off = 0;
    std::uint64_t useful = 0, in_vain = 0;  ///< of what was fetched
    std::uint64_t useful_bytes = 0, bytes_in_vain = 0;
    double floor = 0, dearness = 1;
    std::size_t open = 0;
  };
  Books books() const;

 private:
  struct Open {
    std::string resource;
    double probability = 0;
    std::uint64_t bytes = 0;
    bool fetched = false;
  };

  bool is_skipped(std::string_view resource) const;
  bool can_wait(const Expected& expected) const;
  bool is_too_late(const Expected& expected) const;
  Job make_job(ClientKey client, const Expected& expected, std::uint64_t bytes);
  std::uint64_t size_of(const Expected& expected) const;
  void drop(std::uint64_t id);

  const Settings settings_;
  WasteCredit credit_;
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, Open> open_;
  std::unordered_map<std::string, std::uint64_t> by_resource_;
  std::deque<std::pair<MonotonicTime, std::uint64_t>> by_age_;
  double usual_bytes_ = 16 << 10, hit_ms_ = 1, miss_ms_ = 100;
  Books books_;
};

}  // namespace harbinger::edge
