#include <harbinger/behaviour.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace harbinger {

namespace {

constexpr UnixMillis kDayMs = 86'400'000, kMinuteMs = 60'000;
constexpr float kLongestDwell = 86'400;

template <class Kind, std::size_t N>
std::string_view word(const std::array<std::string_view, N>& words, Kind kind) noexcept {
  static_assert(N == static_cast<std::size_t>(Kind::limit));
  const auto at = static_cast<std::size_t>(kind);
  return at < N ? words[at] : "?";
}

bool usable(float number, float most) noexcept { return std::isfinite(number) && number >= 0 && number <= most; }

bool printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char each) { return each > 0x20 && each < 0x7f; });
}

}  // namespace

std::string_view to_string(Action action) noexcept {
  static constexpr std::array<std::string_view, 7> kWords{"query", "navigation", "click",   "scroll",
                                                          "dwell", "api_call",   "playback"};
  return word(kWords, action);
}

std::string_view to_string(DeviceClass device) noexcept {
  static constexpr std::array<std::string_view, 9> kWords{"unknown", "desktop", "phone", "tablet", "television",
                                                          "console", "thing",   "bot",   "server"};
  return word(kWords, device);
}

std::string_view to_string(EventFault fault) noexcept {
  static constexpr std::array<std::string_view, 6> kWords{"none",     "no_client",  "bad_time",
                                                          "bad_text", "bad_number", "bad_kind"};
  return word(kWords, fault);
}

EventFault fault_of(const BehaviourEvent& event, UnixMillis now) noexcept {
  if (event.client == 0) return EventFault::no_client;
  // Compared without subtracting `at`, which may be any number.
  if (event.at < now - kDayMs || event.at > now + kMinuteMs) return EventFault::bad_time;
  if (event.resource.empty() || event.resource.size() > BehaviourEvent::kMostText || !printable(event.resource))
    return EventFault::bad_text;
  if (!usable(event.dwell_s, kLongestDwell) || !usable(event.extent, std::numeric_limits<float>::max()))
    return EventFault::bad_number;
  if (event.action >= Action::limit || event.device >= DeviceClass::limit || event.outcome > Outcome::failed)
    return EventFault::bad_kind;
  return EventFault::none;
}

}  // namespace harbinger
