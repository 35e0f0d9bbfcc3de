// Resolving ahead: what the planner wishes, in the order of its worth, within budgets, by whoever can resolve the name.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <harbinger/foresight.h>
#include <harbinger/prefetch_queue.h>
#include <harbinger/refresh_planner.h>

namespace harbinger {

/// Off the query path; one thread, but for `add`, and for what resolvers report.
class Refresher {
 public:
  struct Counts {
    std::uint64_t predicted = 0;  ///< wishes
    std::uint64_t started = 0, kept = 0, failed = 0;
    std::uint64_t useful = 0, wasted = 0;
    std::uint64_t late = 0;            ///< asked for while it was being resolved
    std::uint64_t already_cached = 0;  ///< somebody was resolving it already
    std::uint64_t throttled = 0;
  };

  explicit Refresher(RefreshPlanner::Settings settings);

  /// Whoever resolves names. The most specific one that covers a name gets it; of equals the newest. Any thread.
  std::shared_ptr<void> add(Foresight::Resolver resolver);

  /// As `asked`, of what was asked before a restart.
  void remember(const Access& access) { planner_->asked(access); }
  /// `variant`: how it was asked for; 0 is the usual way.
  void asked(const Access& access, std::uint8_t variant);
  void tend(MonotonicTime now, UnixMillis calendar);

  Counts counts() const;
  RefreshPlanner::State planner() const { return planner_->state(); }
  PrefetchQueue::State queue() const { return queue_.state(); }

 private:
  using Ahead = Foresight::Ahead;
  using Began = Foresight::Began;
  struct Wanted {
    Ahead what;
    bool in_flight = false;
  };
  struct Done {
    Ahead what;
    Foresight::Resolved resolved;
  };
  // What resolvers report to, which may outlive this.
  struct Inbox {
    std::mutex lock;
    std::vector<Done> done;
  };
  struct Registered {
    Foresight::Resolver resolver;
  };
  struct Resolvers {
    std::mutex lock;
    std::vector<std::weak_ptr<Registered>> all;
  };

  void take_done(UnixMillis calendar);
  void queue_wishes(MonotonicTime now, UnixMillis calendar);
  void start_best(MonotonicTime now);
  Began start(const Ahead& what);
  std::shared_ptr<Registered> resolver_for(std::string_view name);
  bool pointless(const std::string& key) const { return pointless_[resource_hash(key) % pointless_.size()]; }
  std::uint8_t& variant_of(std::string_view key) { return variants_[resource_hash(key) % variants_.size()]; }

  const std::unique_ptr<RefreshPlanner> planner_;
  PrefetchQueue queue_;
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  const std::shared_ptr<Resolvers> resolvers_ = std::make_shared<Resolvers>();
  std::vector<RefreshPlanner::Wish> wishes_;
  std::unordered_map<std::string, Wanted> waiting_;  // by key: in the queue or in flight
  std::array<std::uint8_t, 65'536> variants_{};      // last seen; strangers may share
  std::array<bool, 65'536> pointless_{};             // answers that do not age or are not for all
  double usual_ms_ = 20;                             // what a client waits for an answer that is not kept
  Counts counts_;
};

}  // namespace harbinger
