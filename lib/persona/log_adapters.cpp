#include "persona/log_adapters.h"

#include "base/calendar.h"
#include "persona/event_door.h"
#include "persona/told_resource.h"
#include "persona/user_agent.h"

namespace harbinger::persona {

namespace {

Outcome outcome_of(const LogRecord& record) {
  if (record.status == 404 || record.status == 410) return Outcome::not_found;
  if (record.status == 401 || record.status == 403 || record.status == 429) return Outcome::refused;
  if (record.status >= 500) return Outcome::failed;
  return record.outcome;
}

// Who only fetches moves; who sends something uses a program's interface.
std::optional<Action> action_of(const LogRecord& record) {
  if (!record.action.empty()) return parse_action(record.action);
  const auto& method = record.method;
  const bool fetches = method.empty() || method == "GET" || method == "HEAD" || method == "CONNECT";
  return fetches ? Action::navigation : Action::api_call;
}

// What is no address (a name, a user of some system) is hidden the same way.
ClientKey key_of(const ClientKeys& keys, std::string_view client, UnixMillis at) {
  if (client.empty() || client == "-") return 0;
  const auto address = IpAddress::parse(client);
  return address ? keys.key_of(*address, {}, at) : keys.key_of(IpAddress(), client, at);
}

// `CONNECT www.example.org:443`.
std::string_view without_port(std::string_view target) { return target.substr(0, target.rfind(':')); }

}  // namespace

LogAdapter::LogAdapter(std::unique_ptr<LogFormat> format, const ClientKeys& keys, const Clock& clock, EventSink sink,
                       Settings settings)
    : format_(std::move(format)),
      keys_(keys),
      clock_(clock),
      sink_(std::move(sink)),
      settings_(std::move(settings)),
      texts_(settings_.batch) {}

void LogAdapter::line(std::string_view text) {
  ++counts_.lines;
  bool told = false;
  const auto done = format_->read(text, [&](const LogRecord& record) {
    told = !record.resource.empty();
    if (told) take(record);
  });
  if (!done)
    ++counts_.troubles[static_cast<std::size_t>(done.error().kind)];
  else if (!told)
    ++counts_.nothing;
}

void LogAdapter::take(const LogRecord& record) {
  BehaviourEvent event;
  if (const auto fault = make(record, event, texts_[events_.size()]); fault != EventFault::none) {
    ++counts_.faults[static_cast<std::size_t>(fault)];
    return;
  }
  events_.push_back(event);
  if (events_.size() == texts_.size()) flush();
}

EventFault LogAdapter::make(const LogRecord& record, BehaviourEvent& event, std::string& text) const {
  const auto now = calendar_ms(clock_);
  event.at = record.at.value_or(now);
  // The key of the present day, even where a line is of yesterday: that is the client whom DNS queries are of now.
  event.client = key_of(keys_, record.client, now);
  const auto action = action_of(record);
  if (!action) return EventFault::bad_kind;
  event.action = *action;
  event.device = device_of(record.user_agent);
  event.outcome = outcome_of(record);
  event.type = record.type;
  event.dwell_s = record.dwell_s;
  event.extent = record.extent;
  const auto resource = record.method == "CONNECT" ? without_port(record.resource) : record.resource;
  if (!write_kept(resource, {settings_.keep_query, settings_.site}, text)) return EventFault::bad_text;
  event.resource = text;
  return fault_of(event, now);
}

void LogAdapter::flush() {
  if (events_.empty()) return;
  const auto receipt = sink_(events_);
  counts_.taken += receipt.taken;
  counts_.rejected += receipt.rejected;
  counts_.shed += receipt.shed;
  events_.clear();
}

}  // namespace harbinger::persona
