// Probing: finds out when an upstream that was down works again, and how fast the others are. Off the path of answers.
#pragma once

#include <atomic>
#include <memory>

#include <harbinger/exchange.h>
#include <harbinger/log.h>

#include "plugins/forward/upstream.h"

namespace harbinger::forward {

/// Shared by the plugin and by the probes under way, which may end after it. Calls come from workers.
class Health : public std::enable_shared_from_this<Health> {
 public:
  struct Config {
    Exchange::Over over = Exchange::Over::udp;
    Duration interval = std::chrono::milliseconds(500);
    unsigned max_fails = 2;
  };
  static constexpr Duration kLongestInterval = std::chrono::seconds(60);
  static constexpr Duration kSurveyInterval = std::chrono::seconds(10);
  static constexpr Duration kProbeTimeout = std::chrono::seconds(1);

  Health(const Config& config, Exchange& exchange, const Clock& clock, Logger log)
      : config_(config), exchange_(exchange), clock_(clock), log_(std::move(log)) {}

  /// A try failed. When this took the upstream down, it is probed from now on until it replies.
  void failed(const std::shared_ptr<Upstream>& upstream);

  /// Asks each upstream once, for its reply time, if that was not done for a while.
  void survey_if_due(const Upstreams& upstreams, MonotonicTime now);

  /// Probes under way are the last.
  void stop() { stopped_.store(true, std::memory_order_relaxed); }

 private:
  void probe_later(std::shared_ptr<Upstream> upstream, Duration interval);
  static Task<void> probe_until_up(std::shared_ptr<Health> self, std::shared_ptr<Upstream> upstream, Duration interval);
  static Task<void> measure(std::shared_ptr<Health> self, std::shared_ptr<Upstream> upstream);
  Task<bool> probe(Upstream& upstream);

  const Config config_;
  Exchange& exchange_;
  const Clock& clock_;
  const Logger log_;
  std::atomic<bool> stopped_{false};
  std::atomic<std::int64_t> next_survey_{0};
};

}  // namespace harbinger::forward
