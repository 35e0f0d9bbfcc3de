// Which job is fetched next, and what becomes of the others.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <harbinger/prefetch_queue.h>
#include <harbinger/random.h>
#include <harbinger/token_budget.h>
#include "edge/cache_ledger.h"
#include "edge/fetch_target.h"
#include "edge/fetcher.h"
#include "edge/host_book.h"
#include "edge/link_meter.h"
#include "edge/size_guess.h"
#include "edge/width.h"

namespace harbinger::edge {

/// Something to be asked for now. `ended` is called with its key.
struct FetchOrder {
  std::string key;
  FetchTarget target;
};

/// How it went.
struct FetchEnd {
  enum class Trouble : std::uint8_t { none, cache, origin };

  JobDone::Outcome outcome = JobDone::Outcome::failed;
  Trouble trouble = Trouble::none;    ///< who is left alone for a while
  std::chrono::milliseconds pause{};  ///< that the origin asked for
  bool ignored_range = false, gave_range = false;
  bool whole = false;                          ///< all of the resource went by
  std::uint64_t bytes = 0;                     ///< of the body that went by
  std::optional<std::uint64_t> whole_bytes{};  ///< of the whole resource
  std::optional<std::chrono::seconds> fresh_for{};
  Duration first_byte{}, took{};
  std::string why{};
};

/// Queue, budget, back-off and ledger together; no sockets, no clock. One thread at a time. Everybody who gave a job hears of it once: what is to be said is kept until
/// `take_told`.
class FetchDesk {
 public:
  using Done = Fetcher::Done;
  using Told = std::vector<std::pair<Done, JobDone>>;
  static constexpr std::size_t kMostAskers = 64;   ///< for the same thing
  static constexpr std::size_t kMostParked = 256;  ///< jobs for a host that does not answer
  static constexpr std::size_t kMostParkedHosts = 16;

  FetchDesk(const Fetcher::Settings& settings, Random& random);

  void offer(Job job, Done done, MonotonicTime now);
  void foreground(const Fetcher::Foreground& what, MonotonicTime now);
  /// What to begin now, again and again until there is nothing.
  std::optional<FetchOrder> next(MonotonicTime now);
  void ended(const std::string& key, const FetchEnd& end, MonotonicTime now);
  /// Everything that waits or is in flight is over.
  void stop();

  Told take_told() { return std::exchange(told_, {}); }
  /// Whether time alone may make something begin or end.
  bool waits() const { return tickets_.size() > flying_; }
  Fetcher::State state(MonotonicTime now) const;
  std::uint64_t unused() const { return ledger_.unused(); }

 private:
  struct Asker {
    std::uint64_t id;
    std::string resource;
    Done done;
  };
  struct Ticket {
    enum class Stage : std::uint8_t { waiting, parked, flying };
    FetchTarget target;
    std::vector<Asker> askers;
    Stage stage = Stage::waiting;
    bool asks_cache = false;  // for a mirror: a restarted cache may have lost what we believe it has
    std::uint64_t client = 0, guess = 0;
    MonotonicTime set_out{};
  };
  using Tickets = std::unordered_map<std::string, Ticket>;
  enum class Step : std::uint8_t { go, skip, wait };

  Result<FetchTarget> target_of(std::string_view resource, MonotonicTime now);
  bool holds(const FetchTarget& target, MonotonicTime now);
  bool is_settled(const FetchTarget& target, const Asker& asker, bool asks_cache, MonotonicTime now);
  PrefetchJob job_of(const Job& job, const std::string& key, const FetchTarget& target, MonotonicTime now);
  void join(Ticket& ticket, Asker asker, PrefetchJob job, MonotonicTime now);
  void wait_in_line(const std::string& key, PrefetchJob job, MonotonicTime now);

  void ask_for_whole(Tickets::iterator at, PrefetchJob job, MonotonicTime now);
  Step check(Tickets::iterator at, PrefetchJob& job, MonotonicTime now);
  Step pay(const std::string& key, Ticket& ticket, PrefetchJob& job, MonotonicTime now);
  FetchOrder begin(const std::string& key, Ticket& ticket, MonotonicTime now);
  void park(const std::string& key, PrefetchJob job, MonotonicTime now);
  void release_parked(MonotonicTime now);
  bool cancel(const std::string& key);

  void learn(const Ticket& ticket, const FetchEnd& end, MonotonicTime now);
  void note_trouble(const Ticket& ticket, const FetchEnd& end, MonotonicTime now);
  void note_cache(const Ticket& ticket, const FetchEnd& end, MonotonicTime now);

  void tell(Asker asker, JobDone::Outcome outcome, std::string why = {}, std::uint64_t bytes = 0, Duration took = {});
  void settle(Tickets::iterator at, JobDone::Outcome outcome, const std::string& why = {});
  void dropped(const PrefetchJob& job, PrefetchQueue::Offered why);

  const Fetcher::Settings settings_;
  Random& random_;
  Told told_;
  Tickets tickets_;
  PrefetchQueue queue_;
  std::unordered_map<std::string, std::unique_ptr<PrefetchQueue>> parked_;  // by host
  TokenBudget budget_;
  CacheLedger ledger_;
  HostBook hosts_;
  LinkMeter link_;
  SizeGuess sizes_;
  Width width_;
  BackOff cache_;
  MonotonicTime budget_rests_until_{}, trouble_until_{};
  std::size_t flying_ = 0;
  int failures_in_a_row_ = 0;
  double throughput_ = 1e6;  // of one transfer, bytes per second
  Fetcher::State totals_;
};

}  // namespace harbinger::edge
