#include <string>

#include "orchestrate/activity_format.h"
#include "orchestrate/openstack_request.h"
#include "orchestrate/oslo_line.h"
#include "persona/log_times.h"

namespace harbinger::orchestrate {

namespace {

// Components that are told in place of people: instances that read their own metadata.
bool is_nobody(std::string_view component) { return component.starts_with("nova.metadata"); }

class OpenStackFormat final : public ActivityFormat {
 public:
  explicit OpenStackFormat(std::string_view zone) : zone_(zone) {}

  void begin_file() override { lines_.begin_file(); }

  void read(std::string_view text, const Use& use) override {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    const auto line = lines_.read(text);
    if (!line) return use.trouble(line.error());
    if (!*line || is_nobody((*line)->component)) return;
    ActivityRecord record;
    if (!read_message((*line)->message, record)) return;
    record.at = time_of(**line);
    if (!record.at)
      return use.trouble({LogTrouble::Kind::time, "`" + time_ + "` is no time; expected 2023-11-14 22:13:20.123"});
    record.actor = (*line)->user;
    record.request = (*line)->request;
    record.scope = (*line)->project;
    record.scope_is_private = true;
    record.source = "openstack";
    use.record(record);
  }

 private:
  // Of the many messages, two kinds tell what a user did: requests, and what came of those for a server.
  bool read_message(std::string_view message, ActivityRecord& record) {
    if (auto request = read_openstack_request(message)) {
      request_ = std::move(*request);
      record.verb = request_.verb;
      record.kind = request_.kind;
      record.outcome = request_.outcome;
      record.latency_ms = request_.latency_ms;
      record.changes = record.verb != "list" && record.verb != "show";
      if (record.kind == "os-server-external-events") record.actor_class = ActorClass::service;
      return true;
    }
    const auto claim = read_openstack_claim(message);
    if (!claim) return false;
    need_ = *claim;
    record.asks = &need_;
    record.verb = "claim";
    record.kind = "servers";
    record.changes = true;
    return true;
  }

  std::optional<UnixMillis> time_of(const OsloLine& line) {
    ((((time_ = line.date) += ' ') += line.time) += zone_);
    return persona::parse_time(time_);
  }

  const std::string zone_;
  OsloReader lines_;
  OpenStackRequest request_;
  Need need_;
  std::string time_;
};

}  // namespace

Result<std::unique_ptr<ActivityFormat>> make_openstack_format(std::string_view zone) {
  if (!persona::parse_time("2000-01-01 00:00:00" + std::string(zone)) || zone.starts_with('.'))
    return fail(ErrorCode::malformed, "`" + std::string(zone) + "` is no offset from UTC; expected one as +02:00");
  return std::make_unique<OpenStackFormat>(zone);
}

}  // namespace harbinger::orchestrate
