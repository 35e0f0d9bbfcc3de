// Where acts come in: what could name somebody is left behind here, and what cannot be an act, or was one already, stays outside.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include <harbinger/clock.h>
#include <harbinger/metrics.h>
#include "orchestrate/act_order.h"
#include "orchestrate/activity_record.h"
#include "orchestrate/actor_keys.h"
#include "orchestrate/flood_guard.h"

namespace harbinger::orchestrate {

/// One door for all sensors, so that what two of them tell counts once and an actor's rate is his in all. What is kept of a record: docs/activity.md. Acts of one sensor
/// are put in order among themselves: some logs come minutes later than others. Any thread.
class ActivityDoor {
 public:
  struct Settings {
    ActOrder::Settings order{};
    FloodGuard::Settings flood{};
    std::chrono::milliseconds ahead{std::chrono::minutes(1)};  ///< how far in the future an act may be: clocks differ
    std::chrono::milliseconds oldest{
        std::chrono::hours(24)};  ///< how long ago it may be; zero: any time, also the future, for replays
    Duration repeats = std::chrono::minutes(10);  ///< how long acts are remembered, to know them again
    std::size_t most_remembered = 131'072;
    bool keep_scopes = false;  ///< namespaces and projects as they are called, not as keys
  };
  /// All but metrics are needed, and outlive it.
  struct World {
    const Clock* clock = nullptr;
    const ActorKeys* keys = nullptr;
    ActivitySink sink{};  ///< called under the door's lock, in the order of time
    Metrics* metrics = nullptr;
    std::function<std::size_t()> room{};  ///< how many acts the sink takes now; empty: all
  };
  struct Counts {
    std::uint64_t taken = 0;  ///< let in
    std::uint64_t shed = 0;   ///< of these, not taken by the sink
    std::uint64_t late = 0;   ///< of these, came after later ones of the same sensor had gone on
    std::array<std::uint64_t, static_cast<std::size_t>(ActivityFault::limit)> faults{};
  };

  static std::unique_ptr<ActivityDoor> make(Settings settings, World world);
  /// Hands on what is held back.
  virtual ~ActivityDoor() = default;

  /// `none`: let in; it goes on when the sensor is not expected to tell an earlier one, or at the next `flush`. After Settings::order.window without more from the
  /// sensor it goes on, as long as somebody calls `tick`. `sensor` is any word that stays the same, such as the name of a file.
  virtual ActivityFault let_in(const ActivityRecord& record, std::string_view sensor = {}) = 0;
  /// Counts a line that could not be read, so that all faults are in one place.
  virtual void refuse(ActivityFault fault) = 0;
  /// Hands on whoever has waited long enough. Sensors call it a few times a second.
  virtual void tick() = 0;
  /// Hands on all that is held back of a sensor; of all. For those who tell whole batches and wait for nothing.
  virtual void flush(std::string_view sensor) = 0;
  virtual void flush() = 0;
  /// So many acts can be let in now: more are `shed`, and not remembered. Sensors that can wait go by it.
  virtual std::size_t room() = 0;
  virtual Counts counts() const = 0;
};

}  // namespace harbinger::orchestrate
