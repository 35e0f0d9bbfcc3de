// One act as a format read it, before anything is left behind or made of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

/// Views are borrowed from the line. What a line does not tell stays as it is here. The door makes an Activity of it.
struct ActivityRecord {
  std::optional<UnixMillis> at{};  ///< nothing: now
  std::optional<UnixMillis>
      sent{};  ///< what the clock that `at` was read from said when this was told; nothing: that clock is right
  std::string_view actor{};    ///< a name, an account, an address: the door makes a key of it and keeps nothing else
  std::string_view request{};  ///< id of the request, by which doubled lines are known
  std::string_view verb{}, kind{}, source{}, scope{};
  bool scope_is_private = false;  ///< it was chosen by somebody and may name him: a namespace, a project
  ActorClass actor_class = ActorClass::unknown;
  ActivityOutcome outcome = ActivityOutcome::succeeded;
  bool changes = false;
  std::uint32_t latency_ms = 0;
  const Need* asks = nullptr;
  float used_cpu = -1, used_memory = -1;
};

}  // namespace harbinger::orchestrate
