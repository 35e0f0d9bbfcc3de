// The JSON that sensors report in: {"events":[{"action":"click","resource":"https://...","at":1700000000000}],"sent":1700000001000}.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>

namespace harbinger::persona {

/// One event as it was told; nothing of it is checked but the kinds of its values.
struct ToldEvent {
  std::string action, resource, outcome, device;
  std::string client;                       ///< an address; only who has a token may speak for others
  std::string key;                          ///< a client key in hexadecimal digits; likewise
  std::optional<double> at, dwell, extent;  ///< milliseconds since 1970; seconds; see BehaviourEvent
  std::optional<double> type;               ///< RR type of a query
  bool odd = false;                         ///< no object, or a value of another kind than it must be
};

struct ToldBatch {
  std::vector<ToldEvent> events;
  std::optional<double> sent;  ///< the reporter's clock when it sent the batch
};

/// Reads a batch. Words that are not known are passed over. Errors: malformed, with line and column where it is no JSON.
Result<ToldBatch> read_events(std::string_view json);

}  // namespace harbinger::persona
