// One act of one user of a platform, in the one form that all sensors bring their lines into.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include <harbinger/access.h>
#include "orchestrate/need.h"

namespace harbinger::orchestrate {

/// Stands for a user: a keyed hash of the name or account that a sensor read, never the name itself. 0: nobody.
using ActorKey = std::uint64_t;

enum class ActivityOutcome : std::uint8_t { succeeded, failed, denied, throttled };
std::string_view to_string(ActivityOutcome outcome) noexcept;

/// How a user acts, as far as the line tells (user agent, kind of account).
enum class ActorClass : std::uint8_t { unknown, console, command_line, library, service };
std::string_view to_string(ActorClass actor) noexcept;

/// One act. Views are borrowed for the call.
struct Activity {
  static constexpr std::size_t kMostText = 127;  ///< of each text; longer ones are cut by sensors

  ActorKey actor = 0;
  UnixMillis at = 0;
  std::string_view verb;    ///< what was done, as the source calls it: "RunInstances", "create", "click"
  std::string_view kind;    ///< on what kind of resource: "ec2", "deployments", "servers"
  std::string_view source;  ///< "cloudtrail", "kubernetes", "openstack", "ui", or the word of a mapping
  std::string_view scope;   ///< region, namespace or project, keyed where it could name somebody; may be empty
  ActivityOutcome outcome = ActivityOutcome::succeeded;
  ActorClass actor_class = ActorClass::unknown;
  bool changes = false;          ///< it changes something (not read-only)
  std::uint32_t latency_ms = 0;  ///< 0: not told
  const Need* asks = nullptr;    ///< the resource that this act asks for, if it does
  /// What a resource that the user has was seen to use: shares (0..1) of what it was given; below 0: not told. A line of metrics has one of them.
  float used_cpu = -1, used_memory = -1;
};

/// Why an act is not taken; counted by reason.
enum class ActivityFault : std::uint8_t {
  none,
  shape,
  no_actor,
  bad_time,
  from_the_future,
  too_old,
  repeated,
  flood,
  too_large,
  shed,  ///< no room for it now; told again later, it is taken
  limit
};
std::string_view to_string(ActivityFault fault) noexcept;

/// Where sensors hand acts over: at once, without waiting; returns how many were taken, the rest is shed and counted by whoever took them. Any thread.
using ActivitySink = std::function<std::size_t(std::span<const Activity>)>;

}  // namespace harbinger::orchestrate
