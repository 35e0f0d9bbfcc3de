// The process's one steering thread: takes measurements and testimony in, publishes what choices are made from.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/rcu.h>
#include "steer/conditions.h"
#include "steer/endpoint_book.h"
#include "steer/pool.h"
#include "steer/state_table.h"

namespace harbinger::steer {

/// Shared by every plugin that steers or brings endpoints, across reloads. Compiles a new StateTable every 200 ms when something changed, and at
/// once, on the thread that said so, when an endpoint goes up or down: when `EndpointBook::say_up` returns, new choices follow it.
class SteeringService {
 public:
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
  };
  /// The process's one: made for the first who asks, gone after the last.
  static std::shared_ptr<SteeringService> shared(const World& world);
  virtual ~SteeringService() = default;

  virtual EndpointBook& book() = 0;
  /// For workers: no lock. Valid until the reader is next quiescent.
  virtual const StateTable& states() const noexcept = 0;

  /// Errors: those of check_pool; too_large when there are too many.
  virtual Result<std::shared_ptr<const Pool>> make_pool(PoolSettings settings) = 0;

  /// Measurements. Any thread; a bounded queue that drops the oldest and counts; false for what can be no measurement.
  virtual bool measured(const ClientGroup& group, std::string_view endpoint, double rtt_ms,
                        Conditions::Source source) = 0;
  virtual bool lost(const ClientGroup& group, std::string_view endpoint, double after_ms,
                    Conditions::Source source) = 0;
  virtual Conditions::Terms explain(const ClientGroup& group, EndpointId endpoint) const = 0;

  /// Calls `see` with the present table, which stays meanwhile. For threads that are no rcu::Reader; choosing goes on, changes wait.
  virtual void look(const std::function<void(const StateTable&)>& see) const = 0;

  /// Called on the thread that made the change, after the new table was published: which endpoint went up or down, came, went, or
  /// is another now. For generations.
  /// The handle must go before the service does.
  [[nodiscard]] virtual std::shared_ptr<void> on_change(EndpointBook::Listener listener) = 0;
  /// What was told before is in the published table when this returns. For tests.
  virtual void catch_up() = 0;
};

}  // namespace harbinger::steer
