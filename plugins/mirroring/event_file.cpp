#include "plugins/mirroring/event_file.h"

#include <nlohmann/json.hpp>

#include "base/calendar.h"
#include "base/read_file.h"
#include "mirror/external_events.h"

namespace harbinger::mirroring {

namespace {

// Each event as it stands there: one that says nothing of its time has another one whenever it is read.
std::vector<std::string> texts_of(const nlohmann::json& body) {
  if (!body.is_array()) return {body.dump()};
  std::vector<std::string> texts;
  for (const auto& each : body) texts.push_back(each.dump());
  return texts;
}

}  // namespace

EventFile::EventFile(std::filesystem::path file, const Clock& clock, Logger log, Expect expect, Duration every)
    : file_(std::move(file)), clock_(clock), log_(std::move(log)), expect_(std::move(expect)) {
  rounds_ = std::make_unique<Repeater>(every, [this] { look(); });
  rounds_->wake();
}

void EventFile::look() {
  std::error_code none;
  const auto changed = std::filesystem::last_write_time(file_, none);
  if (none || changed == seen_) return;
  seen_ = changed;
  read();
}

void EventFile::read() {
  const auto text = read_file(file_, "the file of events");
  if (!text) return log_.warning("events", text.error().message);
  const auto body = nlohmann::json::parse(*text, nullptr, false);
  if (body.is_discarded()) return log_.warning("events", file_.string() + ": this is no JSON");
  if (body.is_array() && body.empty()) return told_.clear();
  const auto now = calendar_ms(clock_);
  auto events = mirror::read_external_events(body, now);
  if (!events) {
    for (const auto& complaint : events.error())
      log_.warning("events", file_.string() + ": " + complaint.at + ": " + complaint.wrong + "; " + complaint.right);
    return;
  }
  const auto texts = texts_of(body);
  std::vector<mirror::ExternalEvent> fresh;
  for (std::size_t i = 0; i < events->size(); ++i)
    if (!told_.contains(texts.at(i))) fresh.push_back(events->at(i));
  told_ = {texts.begin(), texts.end()};
  if (!fresh.empty()) expect_(fresh);
}

}  // namespace harbinger::mirroring
