// What an operator sees of edges.
#pragma once

#include <string>
#include <vector>

#include "edge/hub.h"

namespace harbinger::edges {

/// All edges as a table for people.
std::string edges_text(const std::vector<edge::EdgeHub::EdgeState>& edges);
/// As JSON: [{"name", "endpoint", "cluster", "version", "state", "for_s", "load", "hit_rate", "takes_jobs", "requests", "bytes", "capacity", "jobs"}]. A load
/// that was not said, or cannot be, is null.
std::string edges_json(const std::vector<edge::EdgeHub::EdgeState>& edges);

}  // namespace harbinger::edges
