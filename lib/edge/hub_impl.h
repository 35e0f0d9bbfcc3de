// What a hub is made of: edges that have joined, and what goes to them.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/listeners.h"
#include "edge/credit.h"
#include "edge/hub.h"
#include "edge/hub_metrics.h"
#include "edge/line_store.h"

namespace harbinger::edge {

/// An edge that has joined, or had.
struct Member {
  Hello hello{};
  std::string endpoint{};
  std::uint64_t hash = 0;
  SessionId session = 0;  ///< 0: gone
  std::shared_ptr<EdgeLink> link{};
  MonotonicTime since{}, heard{};
  Credit credit{0, {}};
  std::optional<double> load{};
  bool takes_jobs = true, overstated = false;
  std::uint32_t jobs_waiting = 0, jobs_in_flight = 0;
  std::uint64_t requests = 0, hits = 0, bytes_served = 0, bytes_origin = 0;
  std::uint64_t jobs_sent = 0, jobs_well = 0, jobs_badly = 0;
  std::vector<Job> outbox{};
  MonotonicTime gathered{};  ///< the first of the outbox
};

/// What goes to one edge once no lock is held.
struct Mail {
  std::shared_ptr<EdgeLink> link;
  std::vector<Job> jobs{};
  std::vector<Line> lines{};
  std::string farewell{};
};
/// And what those who gave jobs hear then.
struct Post : std::vector<Mail> {
  MirrorJobs::Told told{};
};

class Hub final : public EdgeHub, public std::enable_shared_from_this<Hub> {
 public:
  Hub(const Settings& settings, const World& world);

  Result<std::unique_ptr<EdgeSession>> join(const Hello& hello, std::shared_ptr<EdgeLink> link) override;
  std::shared_ptr<void> use(Policy policy) override;
  void want(Job job, std::string_view cluster, unsigned holders) override;
  void mirror(Job job, std::string_view edge, MirrorJobs::Done done) override;
  void found(std::string_view edge, bool true_word) override;
  std::shared_ptr<void> listen(Accesses listener) override { return listeners_.add(std::move(listener)); }
  bool measured(const IpAddress& client, std::string_view endpoint, double rtt_ms) override;
  void learnt(const Line& line) override;
  void tick() override;
  Duration pause() const override;
  std::vector<EdgeState> edges() const override;

  // Of sessions; one that was taken over is not heard any more.
  void ended(SessionId session);
  void status(SessionId session, const Status& status);
  void latencies(SessionId session, std::span<const Latency> latencies);
  void fetched(SessionId session, std::span<const Fetched> accesses);
  void done(SessionId session, std::span<const JobDone> jobs);
  void lines(SessionId session, std::span<const Line> lines);

 private:
  // With the lock.
  Member* heard(SessionId session, MonotonicTime now);
  Result<void> make_room(const Hello& hello, MonotonicTime now, Post& post);
  void end(Member& member, std::string farewell, MonotonicTime now, Post& post);
  std::vector<JobBook::Candidate> candidates(std::string_view cluster) const;
  std::vector<std::string> clusters() const;
  void dispatch(JobBook::Orders orders, MonotonicTime now);
  void want_in(const Job& job, const std::string& cluster, unsigned holders, MonotonicTime now);
  void mirror(const Member& member, const Fetched& access, MonotonicTime now);
  void count(Member& member, const JobDone& job, MonotonicTime now);
  void give(Job job, std::string_view edge, MirrorJobs::Done done, MonotonicTime now);
  void flush(Member& member, Post& post);
  void flush_due(MonotonicTime now, Post& post);
  void end_silent(MonotonicTime now, Post& post);
  Policy policy() const;

  // Without.
  static void deliver(const Post& post);
  void wake() const;
  void testify();

  const Settings settings_;
  const World world_;
  HubMetrics metrics_;
  TokenBudget mirrors_;

  mutable std::mutex lock_;
  std::map<std::string, Member> members_;
  std::unordered_map<SessionId, Member*> by_session_;
  SessionId last_session_ = 0;
  std::list<Policy> policies_;
  JobBook book_;
  MirrorJobs direct_;
  HotResources hot_;
  std::map<std::string, LineStore> cluster_lines_;
  LineStore server_lines_;
  bool pending_ = false;  // an outbox is not empty

  Listeners<void(const std::string& edge, std::span<const Fetched> accesses)> listeners_;

  mutable std::mutex testifying_;  // taken before `lock_`, and while the book is told
  std::map<std::string, std::shared_ptr<void>> down_;
  MonotonicTime testified_{};
};

}  // namespace harbinger::edge
