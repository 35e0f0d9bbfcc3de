// What a client did: one normal form for DNS queries, clicks, scrolling, playback and log lines. What a persona is inferred from.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <harbinger/access.h>

namespace harbinger {

/// The kinds of acts that sensors tell. A DNS query is a `query`; a page or object that was fetched is a `navigation`.
enum class Action : std::uint8_t { query, navigation, click, scroll, dwell, api_call, playback, limit };
std::string_view to_string(Action action) noexcept;

/// What kind of machine acts, as far as it told (user agent) or a rule says.
enum class DeviceClass : std::uint8_t {
  unknown,
  desktop,
  phone,
  tablet,
  television,
  console,
  thing,
  bot,
  server,
  limit
};
std::string_view to_string(DeviceClass device) noexcept;

/// One act of one client. The view is borrowed for the call.
struct BehaviourEvent {
  /// What an event may be at most; what goes beyond is rejected whole.
  static constexpr std::size_t kMostText = 255;

  ClientKey client = 0;
  UnixMillis at = 0;
  std::string_view resource;  ///< as Access::resource: a name in lower case, or a URL without its query string
  Action action = Action::query;
  DeviceClass device = DeviceClass::unknown;
  Outcome outcome = Outcome::served;
  std::uint16_t location = 0;  ///< cluster of locations, a small hash; 0 not known
  std::uint16_t type = 0;      ///< RR type of a query; 0 for what is none
  float dwell_s = 0;           ///< time spent with the resource before this act; 0 not known
  float extent = 0;            ///< scroll: depth 0..1; playback: position in seconds; else 0
};

/// Why an event is not taken; `none` when it is. Taking none of a batch is no error: what is wrong is counted, by reason.
enum class EventFault : std::uint8_t { none, no_client, bad_time, bad_text, bad_number, bad_kind, limit };
std::string_view to_string(EventFault fault) noexcept;

/// Whether an event from outside can be used: a time within a day before and a minute after `now`, text of 1 to kMostText printable octets,
/// numbers that are finite and not negative (a dwell of a day at most), kinds that exist. Pure.
EventFault fault_of(const BehaviourEvent& event, UnixMillis now) noexcept;

}  // namespace harbinger
