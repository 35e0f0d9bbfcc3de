// Events from outside, as JSON tells them.
#pragma once

#include <expected>
#include <vector>

#include "mirror/json_text.h"
#include "mirror/settings.h"

namespace harbinger::mirror {

/// One event, or an array of 1 to 1000: {"tag": "premiere", "resources": "*.video.example.org", "cluster": "eu-west", "at_ms": 1790000000000, "lift": 5,
/// "lasts_s": 7200}. Cluster, time (now), and how long (an hour) may be left out. Either all are right, or every complaint is told.
std::expected<std::vector<ExternalEvent>, Complaints> read_external_events(const nlohmann::json& body, UnixMillis now);

/// Their JSON schema, for one event.
nlohmann::ordered_json external_event_schema();

}  // namespace harbinger::mirror
