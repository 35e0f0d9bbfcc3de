#include "orchestrate/activity_format.h"
#include "orchestrate/activity_words.h"
#include "orchestrate/actor_class.h"
#include "orchestrate/cloudtrail_need.h"
#include "orchestrate/json_view.h"
#include "persona/log_times.h"

namespace harbinger::orchestrate {

namespace {

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  for (const auto part : parts)
    if (text.contains(part)) return true;
  return false;
}

// Error codes of more than two hundred services, by what they have in common. A dry run "fails" when it would have succeeded.
ActivityOutcome outcome_of(std::string_view error) {
  if (error.empty() || error.contains("DryRunOperation")) return ActivityOutcome::succeeded;
  if (has_any(error, {"Throttl", "RequestLimitExceeded", "TooManyRequests", "SlowDown", "RateExceeded"}))
    return ActivityOutcome::throttled;
  if (has_any(error, {"AccessDenied", "Unauthorized", "Forbidden", "AuthFailure", "NotAuthorized", "ExpiredToken",
                      "InvalidClientTokenId", "OptInRequired"}))
    return ActivityOutcome::denied;
  return ActivityOutcome::failed;
}

std::string_view before(std::string_view text, std::string_view end) {
  return text.ends_with(end) ? text.substr(0, text.size() - end.size()) : text;
}

// "arn:aws:sts::123456789012:assumed-role/Admins/alice@example.org": the name of the session, where it names a person.
std::string_view person_of(std::string_view arn) {
  const auto session = arn.substr(arn.rfind('/') + 1);
  return arn.contains(":assumed-role/") && session.contains('@') ? session : std::string_view();
}

// Many share a role, so the person is taken where the record tells of one; sessions that programs name at random are their role's.
std::string_view actor_of(JsonView identity) {
  const auto session = identity["sessionContext"];
  for (const auto name :
       {session["sourceIdentity"].text(), person_of(identity["arn"].text()), identity.in("onBehalfOf", "userId").text(),
        identity["userName"].text(), session.in("sessionIssuer", "userName").text(), identity["invokedBy"].text(),
        identity["principalId"].text(), identity["accountId"].text()})
    if (!name.empty()) return name;
  return {};
}

ActorClass class_of(JsonView record, JsonView identity) {
  if (identity["type"].text() == "AWSService") return ActorClass::service;
  if (record["sessionCredentialFromConsole"].truth() || record["eventType"].text() == "AwsConsoleSignIn")
    return ActorClass::console;
  return actor_class_of(record["userAgent"].text());
}

// Insights tell of other records, and digests of other files.
bool is_no_record(JsonView json) { return json["eventCategory"].text() == "Insight" || json["digestStartTime"]; }

class CloudTrailFormat final : public ActivityFormat {
 public:
  void read(std::string_view line, const Use& use) override {
    if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    const auto json = text_.read(line);
    if (!json) return use.trouble(json.error());
    const auto records = json->is_list() ? *json : (*json)["Records"];
    if (!records) return read_record(*json, use);
    if (!records.is_list()) return use.trouble("expected a list as `Records`");
    for (std::size_t i = 0; i < records.size(); ++i) read_record(records.at(i), use);
  }

 private:
  void read_record(JsonView json, const Use& use) {
    if (const auto inner = json["detail"]; inner["eventName"]) json = inner;  // as EventBridge wraps it
    if (is_no_record(json)) return;
    ActivityRecord record;
    const bool whole = !json["eventName"].text().empty();
    if (!whole && json["name"].text().empty())
      return use.trouble("expected an object of CloudTrail, with `eventName`, or one of its reduced form, with `name`");
    const auto time = json[whole ? "eventTime" : "time"].text();
    record.at = persona::parse_time(time);
    if (!record.at)
      return use.trouble({LogTrouble::Kind::time,
                          "`" + std::string(time.substr(0, 40)) + "` is no time; expected 2023-11-14T22:13:20Z"});
    if (whole)
      read_whole(json, record);
    else
      read_reduced(json, record);
    record.source = "cloudtrail";
    use.record(record);
  }

  void read_whole(JsonView json, ActivityRecord& record) {
    const auto identity = json["userIdentity"];
    record.actor = actor_of(identity);
    record.request = json["eventID"].text();
    record.verb = json["eventName"].text();
    record.kind = before(json["eventSource"].text(), ".amazonaws.com");
    record.scope = json["awsRegion"].text();
    record.actor_class = class_of(json, identity);
    record.outcome = outcome_of(json["errorCode"].text());
    if (json.in("responseElements", "ConsoleLogin").text() == "Failure") record.outcome = ActivityOutcome::denied;
    record.changes = !json["readOnly"].truth().value_or(only_reads(record.verb));
    const bool asked = record.outcome == ActivityOutcome::succeeded && json["errorCode"].text().empty();
    if (asked && read_cloudtrail_need(record.verb, json["requestParameters"], need_)) record.asks = &need_;
  }

  // No id of the request, so doubled records cannot be told from acts done twice in a second.
  static void read_reduced(JsonView json, ActivityRecord& record) {
    record.actor = json["user"].text();
    record.verb = json["name"].text();
    record.kind = before(json["source"].text(), ".amazonaws.com");
    record.scope = json["region"].text();
    record.actor_class =
        json["user_type"].text() == "AWSService" ? ActorClass::service : actor_class_of(json["agent"].text());
    record.outcome = outcome_of(json["error"].text());
    record.changes = !json["read_only"].truth().value_or(only_reads(record.verb));
  }

  JsonText text_;
  Need need_;
};

}  // namespace

std::unique_ptr<ActivityFormat> make_cloudtrail_format() { return std::make_unique<CloudTrailFormat>(); }

}  // namespace harbinger::orchestrate
