#include <cmath>
#include <string>

#include "orchestrate/activity_format.h"
#include "persona/event_door.h"
#include "persona/event_json.h"

namespace harbinger::orchestrate {

namespace {

ActivityOutcome outcome_of(Outcome outcome) {
  if (outcome == Outcome::refused) return ActivityOutcome::denied;
  return outcome == Outcome::not_found || outcome == Outcome::failed ? ActivityOutcome::failed
                                                                     : ActivityOutcome::succeeded;
}

// Whole milliseconds of a number that may be anything.
std::optional<UnixMillis> millis(std::optional<double> number) {
  constexpr double kMost = 1e15;
  if (!number || !(std::abs(*number) < kMost)) return std::nullopt;
  return std::llround(*number);
}

// What a page is for is told by its path: the host is the platform's own, and what follows `?` is a user's.
std::string_view path_of(std::string_view resource) {
  if (const auto scheme = resource.find("://"); scheme != std::string_view::npos) {
    resource.remove_prefix(scheme + 3);
    resource.remove_prefix(std::min(resource.find_first_of("/?#"), resource.size()));
  }
  resource = resource.substr(0, resource.find_first_of("?#"));
  while (resource.starts_with('/')) resource.remove_prefix(1);
  while (resource.ends_with('/')) resource.remove_suffix(1);
  return resource.empty() ? "start" : resource;
}

class UiFormat final : public ActivityFormat {
 public:
  void read(std::string_view line, const Use& use) override {
    if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    const auto batch = persona::read_events(line);
    if (!batch) return use.trouble(batch.error().to_string());
    const auto sent = millis(batch->sent);
    if (batch->sent && !sent)
      return use.trouble({LogTrouble::Kind::time, "`sent` is no time; expected milliseconds since 1970"});
    for (const auto& event : batch->events) read_event(event, sent, use);
  }

 private:
  static void read_event(const persona::ToldEvent& event, std::optional<UnixMillis> sent, const Use& use) {
    if (event.odd) return use.trouble("expected an object, with texts and numbers where they belong");
    if (!persona::parse_action(event.action)) return use.trouble("`" + event.action.substr(0, 40) + "` is no action");
    const auto outcome = event.outcome.empty() ? Outcome::served : persona::parse_outcome(event.outcome);
    if (!outcome) return use.trouble("`" + event.outcome.substr(0, 40) + "` is no outcome");
    ActivityRecord record;
    record.at = millis(event.at);
    if (event.at && !record.at)
      return use.trouble({LogTrouble::Kind::time, "`at` is no time; expected milliseconds since 1970"});
    record.sent = record.at ? sent : std::nullopt;
    record.actor = event.key.empty() ? event.client : event.key;
    record.verb = event.action;
    record.kind = path_of(event.resource);
    record.source = "ui";
    record.actor_class = event.action == "api_call" ? ActorClass::library : ActorClass::console;
    record.outcome = outcome_of(*outcome);
    use.record(record);
  }
};

}  // namespace

std::unique_ptr<ActivityFormat> make_ui_format() { return std::make_unique<UiFormat>(); }

}  // namespace harbinger::orchestrate
