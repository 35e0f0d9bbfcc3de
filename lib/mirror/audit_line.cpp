#include "mirror/audit_line.h"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace harbinger::mirror {

namespace {

using nlohmann::ordered_json;

std::string rfc3339(UnixMillis at) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds(at));
  const std::time_t seconds = whole.count();
  std::tm day{};
  gmtime_r(&seconds, &day);
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", day.tm_year + 1900, day.tm_mon + 1,
                day.tm_mday, day.tm_hour, day.tm_min, day.tm_sec, static_cast<int>(at - 1000 * whole.count()));
  return text;
}

void add(ordered_json& line, const char* key, const std::string& text) {
  if (!text.empty()) line[key] = text;
}

ordered_json changes_of(const AuditEntry& entry) {
  auto all = ordered_json::array();
  for (const auto& each : entry.changes) all.push_back({{"at", each.at}, {"from", each.from}, {"to", each.to}});
  return all;
}

ordered_json events_of(const AuditEntry& entry) {
  auto all = ordered_json::array();
  for (const auto& each : entry.events)
    all.push_back({{"tag", each.tag},
                   {"resources", each.resources},
                   {"cluster", each.cluster},
                   {"at_ms", each.at},
                   {"lift", each.lift},
                   {"lasts_s", each.lasts.count()}});
  return all;
}

}  // namespace

std::string audit_line(const AuditEntry& entry, UnixMillis at) {
  ordered_json line{{"time", rfc3339(at)}, {"what", entry.what}, {"outcome", entry.outcome}};
  add(line, "who", entry.author.name);
  add(line, "where", entry.author.from);
  add(line, "why", entry.why);
  if (entry.from) line["from_version"] = *entry.from;
  if (entry.to) line["to_version"] = *entry.to;
  if (!entry.changes.empty()) line["changes"] = changes_of(entry);
  if (!entry.events.empty()) line["events"] = events_of(entry);
  if (entry.held_back > 0) line["held_back"] = entry.held_back;
  return line.dump(-1, ' ', true, ordered_json::error_handler_t::replace);
}

}  // namespace harbinger::mirror
