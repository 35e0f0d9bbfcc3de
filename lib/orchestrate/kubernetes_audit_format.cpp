#include "orchestrate/activity_format.h"
#include "orchestrate/actor_class.h"
#include "orchestrate/json_view.h"
#include "orchestrate/kubernetes_need.h"
#include "persona/log_times.h"

namespace harbinger::orchestrate {

namespace {

ActivityOutcome outcome_of(double code) {
  if (code == 401 || code == 403) return ActivityOutcome::denied;
  if (code == 429) return ActivityOutcome::throttled;
  return code >= 400 ? ActivityOutcome::failed : ActivityOutcome::succeeded;
}

// What a cluster does by itself is no act of anybody: its nodes, its control plane and the controllers that carry out what users asked for.
bool is_cluster(std::string_view user) {
  return user.starts_with("system:serviceaccount:kube-system:") ||
         (user.starts_with("system:") && !user.starts_with("system:serviceaccount:") && user != "system:admin");
}

bool changes(std::string_view verb) { return verb != "get" && verb != "list" && verb != "watch"; }

// Sessions: they last as long as somebody likes, and what is done in them is not told.
bool is_session(std::string_view part) { return part == "exec" || part == "attach" || part == "portforward"; }

// "/apis/apps/v1?timeout=32s" is "apis".
std::string_view first_step(std::string_view path) {
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  return path.substr(0, path.find_first_of("/?"));
}

class KubernetesAuditFormat final : public ActivityFormat {
 public:
  void read(std::string_view line, const Use& use) override {
    if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    const auto json = text_.read(line);
    if (!json) return use.trouble(json.error());
    const auto items = json->is_list() ? *json : (*json)["items"];
    if (!items) return read_event(*json, use);
    if (!items.is_list()) return use.trouble("expected a list as `items`");
    for (std::size_t i = 0; i < items.size(); ++i) read_event(items.at(i), use);
  }

 private:
  void read_event(JsonView event, const Use& use) {
    if (event["verb"].text().empty() || event["stage"].text().empty())
      return use.trouble("expected an Event of audit.k8s.io/v1, with `verb` and `stage`");
    if (event["stage"].text() != "ResponseComplete") return;
    const auto received = event["requestReceivedTimestamp"].text();
    ActivityRecord record;
    record.at = persona::parse_time(received);
    if (!record.at)
      return use.trouble({LogTrouble::Kind::time, "`" + std::string(received.substr(0, 40)) +
                                                      "` is no time; expected 2023-11-14T22:13:20.000000Z"});
    record.source = "kubernetes";
    read_actor(event, record);
    if (is_cluster(record.actor)) return;
    read_act(event, record);
    use.record(record);
  }

  static void read_actor(JsonView event, ActivityRecord& record) {
    const auto whose = event["impersonatedUser"];
    record.actor = (whose ? whose : event["user"])["username"].text();
    record.request = event["auditID"].text();
    record.actor_class = record.actor.starts_with("system:serviceaccount:") ? ActorClass::service
                                                                            : actor_class_of(event["userAgent"].text());
  }

  void read_act(JsonView event, ActivityRecord& record) {
    const auto object = event["objectRef"];
    record.verb = event["verb"].text();
    record.kind = kind_of(event, object);
    record.scope = object["namespace"].text();
    record.scope_is_private = true;
    record.outcome = outcome_of(event.in("responseStatus", "code").number().value_or(200));
    // A rehearsal changes nothing and asks for nothing.
    const bool rehearsal = event["requestURI"].text().contains("dryRun=All");
    const bool session = is_session(object["subresource"].text());
    record.changes = (changes(record.verb) || session) && !rehearsal;
    if (!session && record.verb != "watch") record.latency_ms = latency_of(event, record);
    const bool asks = record.verb == "create" && !rehearsal && record.outcome == ActivityOutcome::succeeded &&
                      object["subresource"].text().empty();
    if (asks && read_kubernetes_need(object["resource"].text(), event["requestObject"], need_)) record.asks = &need_;
  }

  std::string_view kind_of(JsonView event, JsonView object) {
    const auto resource = object["resource"].text(), part = object["subresource"].text();
    if (resource.empty()) return first_step(event["requestURI"].text());
    if (part.empty()) return resource;
    ((kind_ = resource) += '/') += part;
    return kind_;
  }

  // Whoever watches waits for what others do, so how long that took would tell nothing.
  static std::uint32_t latency_of(JsonView event, const ActivityRecord& record) {
    const auto ended = persona::parse_time(event["stageTimestamp"].text());
    constexpr UnixMillis kMost = 3'600'000;
    if (!ended || *ended < *record.at || *ended - *record.at > kMost) return 0;
    return static_cast<std::uint32_t>(*ended - *record.at);
  }

  JsonText text_;
  Need need_;
  std::string kind_;
};

}  // namespace

std::unique_ptr<ActivityFormat> make_kubernetes_audit_format() { return std::make_unique<KubernetesAuditFormat>(); }

}  // namespace harbinger::orchestrate
