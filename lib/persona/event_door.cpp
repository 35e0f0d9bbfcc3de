#include "persona/event_door.h"

#include <charconv>
#include <cmath>

#include "persona/told_resource.h"

namespace harbinger::persona {

namespace {

template <class Kind>
std::optional<Kind> parse_kind(std::string_view word, Kind end) noexcept {
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(end); ++i)
    if (to_string(static_cast<Kind>(i)) == word) return static_cast<Kind>(i);
  return std::nullopt;
}

// Whole milliseconds of a number that may be anything.
std::optional<UnixMillis> millis(double number) noexcept {
  constexpr double kMost = 1e15;
  if (!(std::abs(number) < kMost)) return std::nullopt;
  return std::llround(number);
}

std::optional<ClientKey> parse_key(std::string_view digits) noexcept {
  ClientKey key = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), key, 16);
  if (error != std::errc{} || end != digits.data() + digits.size() || key == 0) return std::nullopt;
  return key;
}

// A number that was not told is not known.
float plain(std::optional<double> number) noexcept { return static_cast<float>(number.value_or(0)); }

EventFault take_kinds(const ToldEvent& told, const Sender& sender, BehaviourEvent& event) noexcept {
  const auto action = parse_action(told.action);
  if (!action || (*action == Action::query && !sender.trusted)) return EventFault::bad_kind;
  event.action = *action;
  event.device = sender.device;
  if (sender.trusted && !told.device.empty()) {
    const auto device = parse_device(told.device);
    if (!device) return EventFault::bad_kind;
    event.device = *device;
  }
  if (told.outcome.empty()) return EventFault::none;
  const auto outcome = parse_outcome(told.outcome);
  if (!outcome) return EventFault::bad_kind;
  event.outcome = *outcome;
  return EventFault::none;
}

EventFault take_numbers(const ToldEvent& told, BehaviourEvent& event) noexcept {
  event.dwell_s = plain(told.dwell);
  event.extent = plain(told.extent);
  if (event.action == Action::scroll && event.extent > 1) return EventFault::bad_number;
  const auto type = told.type.value_or(0);
  if (!(type >= 0 && type <= 65535)) return EventFault::bad_number;
  event.type = static_cast<std::uint16_t>(type);
  return EventFault::none;
}

}  // namespace

std::optional<Action> parse_action(std::string_view word) noexcept { return parse_kind(word, Action::limit); }
std::optional<DeviceClass> parse_device(std::string_view word) noexcept { return parse_kind(word, DeviceClass::limit); }

std::optional<Outcome> parse_outcome(std::string_view word) noexcept {
  static constexpr std::array<std::string_view, 5> kWords{"served", "from_cache", "not_found", "refused", "failed"};
  for (std::uint8_t i = 0; i < kWords.size(); ++i)
    if (kWords[i] == word) return static_cast<Outcome>(i);
  return std::nullopt;
}

void EventDoor::let_in(const ToldBatch& batch, const Sender& sender, UnixMillis now) {
  events_.clear();
  faults_ = {};
  if (texts_.size() < batch.events.size()) texts_.resize(batch.events.size());
  std::optional<double> ahead;
  if (batch.sent) ahead = *batch.sent - static_cast<double>(now);
  for (const auto& told : batch.events)
    if (const auto fault = take(told, sender, ahead, now); fault != EventFault::none)
      ++faults_[static_cast<std::size_t>(fault)];
}

EventFault EventDoor::take(const ToldEvent& told, const Sender& sender, std::optional<double> ahead, UnixMillis now) {
  if (told.odd) return EventFault::bad_kind;
  BehaviourEvent event;
  event.at = now;
  if (told.at) {
    const auto at = millis(*told.at - ahead.value_or(0));
    if (!at) return EventFault::bad_time;
    event.at = *at;
  }
  for (const auto fault :
       {take_client(told, sender, event, now), take_kinds(told, sender, event), take_numbers(told, event)})
    if (fault != EventFault::none) return fault;
  auto& text = texts_[events_.size()];
  if (!write_kept(told.resource, {rules_.keep_query}, text)) return EventFault::bad_text;
  event.resource = text;
  if (const auto fault = fault_of(event, now); fault != EventFault::none) return fault;
  events_.push_back(event);
  return EventFault::none;
}

EventFault EventDoor::take_client(const ToldEvent& told, const Sender& sender, BehaviourEvent& event,
                                  UnixMillis now) const {
  const bool named = !told.client.empty() || !told.key.empty();
  if (named && !sender.trusted) return EventFault::no_client;
  if (!told.key.empty()) {
    const auto key = parse_key(told.key);
    if (!key) return EventFault::no_client;
    event.client = *key;
    return EventFault::none;
  }
  auto address = sender.client;
  if (!told.client.empty()) {
    const auto parsed = IpAddress::parse(told.client);
    if (!parsed) return EventFault::no_client;
    address = *parsed;
  }
  if (!address) return EventFault::no_client;
  event.client = keys_.key_of(*address, {}, now);
  return EventFault::none;
}

}  // namespace harbinger::persona
