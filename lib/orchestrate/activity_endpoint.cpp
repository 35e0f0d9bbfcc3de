#include "orchestrate/activity_endpoint.h"

#include <algorithm>

#include <harbinger/repeater.h>
#include <nlohmann/json.hpp>

#include "orchestrate/activity_reader.h"
#include "orchestrate/body_lines.h"

namespace harbinger::orchestrate {

namespace {

using Json = nlohmann::ordered_json;

std::string written(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n"; }

ActivityEndpoint::Receipt complaint(unsigned status, const std::string& why) {
  return {status, written({{"error", why}})};
}

constexpr const char* kSensor = "http";

// What became of a body.
struct Told {
  std::uint64_t taken = 0, refused = 0, nothing = 0;
  std::array<std::uint64_t, static_cast<std::size_t>(ActivityFault::limit)> faults{};
  Json reasons = Json::array();
};

class Endpoint final : public ActivityEndpoint {
 public:
  Endpoint(Settings settings, ActivityDoor& door)
      : settings_(std::move(settings)), door_(door), clock_(settings_.every, [this] { door_.tick(); }) {}

  Receipt told(std::string_view format, std::string_view body) override {
    if (body.size() > settings_.most_body)
      return complaint(413, "at most " + std::to_string(settings_.most_body) + " octets at once");
    auto made = make_activity_format(format, mapping_of(format));
    if (!made) return complaint(404, made.error().message);
    if (body.find_first_not_of(" \t\r\n") == std::string_view::npos)
      return complaint(400, "expected a line for each record, or one JSON document");
    if (door_.room() < room_for(body))
      return complaint(503, "there is no room for so many acts now; tell all of them again in a second");
    ActivityReader reader(std::move(*made), door_, kSensor);
    reader.begin_file();
    Told sum;
    for_each_record_text(body, [&](std::size_t number, std::string_view text) { add(number, reader.line(text), sum); });
    door_.flush(kSensor);
    return {202, written(receipt(std::move(sum)))};
  }

 private:
  std::string mapping_of(std::string_view format) const {
    if (format == "json") return settings_.mapping;
    return format == "openstack" && !settings_.zone.empty() ? "zone=" + settings_.zone : std::string();
  }

  // A body with more acts than could ever wait at once is let in as far as there is room.
  static std::size_t room_for(std::string_view body) {
    constexpr std::ptrdiff_t kMostKeptFree = 16'384;
    return static_cast<std::size_t>(std::min(std::ranges::count(body, '\n') + 1, kMostKeptFree));
  }

  void add(std::size_t number, const ActivityReader::Told& line, Told& told) const {
    told.taken += line.taken;
    told.refused += line.refused;
    told.nothing += line.taken + line.refused == 0;
    for (std::size_t i = 0; i < line.faults.size(); ++i) told.faults[i] += line.faults[i];
    if (line.refused > 0 && told.reasons.size() < settings_.most_reasons) told.reasons.push_back(reason(number, line));
  }

  static Json receipt(Told told) {
    Json receipt{{"taken", told.taken}, {"refused", told.refused}, {"nothing", told.nothing}};
    for (std::size_t i = 1; i < told.faults.size(); ++i)
      if (told.faults[i] != 0)
        receipt["faults"][std::string(to_string(static_cast<ActivityFault>(i)))] = told.faults[i];
    if (!told.reasons.empty()) receipt["reasons"] = std::move(told.reasons);
    return receipt;
  }

  static Json reason(std::size_t number, const ActivityReader::Told& line) {
    Json reason{{"line", number}, {"fault", to_string(line.fault)}};
    if (!line.why.empty()) reason["why"] = line.why;
    if (line.refused > 1) reason["records"] = line.refused;
    return reason;
  }

  const Settings settings_;
  ActivityDoor& door_;
  Repeater clock_;
};

}  // namespace

Result<std::unique_ptr<ActivityEndpoint>> ActivityEndpoint::make(Settings settings, ActivityDoor& door) {
  if (const auto format = make_mapped_format(settings.mapping); !format) return fail(format.error());
  if (const auto format = make_openstack_format(settings.zone); !format) return fail(format.error());
  return std::make_unique<Endpoint>(std::move(settings), door);
}

}  // namespace harbinger::orchestrate
