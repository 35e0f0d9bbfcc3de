// Activity that is told over HTTP: a body in, a receipt out. The page that carries it is the plugin's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "orchestrate/activity_door.h"

namespace harbinger::orchestrate {

/// The acts of a body are put in order and go on at once. Any thread, several at once.
class ActivityEndpoint {
 public:
  struct Settings {
    std::string mapping{};            ///< of `json`; empty: fields are called as ours
    std::string zone{};               ///< of `openstack`, as "+02:00"
    std::size_t most_body = 8 << 20;  ///< octets
    std::size_t most_reasons = 8;     ///< that a receipt tells; all are counted
    Duration every = std::chrono::milliseconds(
        250);  ///< how often the door is told to go on, for sensors that tell one act at a time
  };
  struct Receipt {
    unsigned status =
        202;  ///< of HTTP: 202 read, also where some or all acts were refused; 404 no such format; 413 too large; 400 nothing in it; 503 no room for it now
    /// JSON: {"taken":2,"refused":1,"nothing":0,"faults":{"shape":1},"reasons":[{"line":3,"fault":"shape","why":"..."}]}, or {"error":"..."}.
    std::string body{};
  };

  virtual ~ActivityEndpoint() = default;
  /// `door` outlives it. Errors: those of the mapping and the zone.
  static Result<std::unique_ptr<ActivityEndpoint>> make(Settings settings, ActivityDoor& door);

  /// `body` holds a line for each record, or one JSON document, in any layout. `format`: see make_activity_format.
  virtual Receipt told(std::string_view format, std::string_view body) = 0;
};

}  // namespace harbinger::orchestrate
