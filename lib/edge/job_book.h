// Who was given which job, and who gets it when that edge dies.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <harbinger/clock.h>
#include "edge/messages.h"

namespace harbinger::edge {

/// Number of an edge's session; never used again.
using SessionId = std::uint64_t;

/// Jobs that are wanted in clusters, and the edges that have or fetch them. One job per edge and resource at a time. One thread at a time.
class JobBook {
 public:
  struct Settings {
    std::size_t jobs = 4096;                       ///< the oldest make room
    Duration patience = std::chrono::seconds(30);  ///< for jobs that are never too late, until they are given up
    Duration kept = std::chrono::seconds(30);      ///< how long it is remembered that an edge has a resource
  };
  /// An edge that may be given jobs.
  struct Candidate {
    SessionId session = 0;
    std::uint64_t hash = 0;  ///< of its name: it has the same place in the order when it comes back
    double weight = 1;
  };
  using Candidates = std::function<std::vector<Candidate>(std::string_view cluster)>;
  /// What is to be sent now.
  struct Order {
    SessionId session = 0;
    Job job{};
  };
  using Orders = std::vector<Order>;

  /// `candidates` is asked within the calls below.
  JobBook(const Settings& settings, Candidates candidates);

  /// `holders` edges of the cluster shall have the resource: the first in rendezvous order. Where there are too few, the rest waits for edges that
  /// come. `known`: nothing is to be done, since so many have it or fetch it.
  enum class Wanted : std::uint8_t { given, known, waits };
  Wanted want(const Job& job, std::string_view cluster, unsigned holders, MonotonicTime now, Orders& orders);
  /// A client had the edge fetch the resource: it has it now, if anybody asks within `kept`.
  void has(SessionId session, std::string_view cluster, const Job& job, MonotonicTime now);

  /// Whether so many edges have it or fetch it.
  bool enough(std::string_view cluster, std::string_view resource, unsigned holders) const;

  /// Nothing for an id that this edge was not given, or too long ago. An edge that could not or would not is not asked again; the next in order is, at
  /// most kTries in all.
  struct Done {
    bool well = false;
    Duration took{};
  };
  std::optional<Done> done(SessionId session, const JobDone& job, MonotonicTime now, Orders& orders);
  /// The edge is gone. What it fetched, and what several should have, goes to the next in order. Returns how many moved or wait.
  std::size_t gone(SessionId session, MonotonicTime now, Orders& orders);
  /// An edge came, or takes jobs again: it gets what waits.
  void came(std::string_view cluster, MonotonicTime now, Orders& orders);
  /// Gives up jobs that are too late: the sessions that never answered, once for each job.
  std::vector<SessionId> expire(MonotonicTime now);

  std::size_t size() const { return jobs_.size(); }
  std::uint64_t dropped() const { return dropped_; }
  static constexpr unsigned kTries = 3;

 private:
  struct Holder {
    SessionId session = 0;
    std::uint64_t id = 0;  // of the job; 0 once it has the resource
    MonotonicTime since{};
  };
  struct Entry {
    Job job{};
    std::string key{}, cluster{};
    std::uint64_t hash = 0;
    unsigned holders = 1, failed = 0;
    MonotonicTime until{};
    std::vector<Holder> held{};
    std::vector<SessionId> unwilling{};
  };
  using Place = std::list<Entry>::iterator;

  Place find_or_add(const Job& job, std::string_view cluster, MonotonicTime now);
  MonotonicTime deadline(const Job& job, MonotonicTime now) const;
  std::optional<Candidate> next_for(const Entry& entry) const;
  bool fill(Place entry, MonotonicTime now, Orders& orders);
  void settle(Place entry, MonotonicTime now) const;
  void forget(Place entry);

  const Settings settings_;
  const Candidates candidates_;
  std::list<Entry> jobs_;  // oldest first
  std::unordered_map<std::string, Place> by_key_;
  std::unordered_map<std::uint64_t, Place> by_id_;
  std::uint64_t last_id_ = 0, dropped_ = 0;
};

}  // namespace harbinger::edge
