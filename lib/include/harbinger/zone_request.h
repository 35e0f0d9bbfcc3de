// Messages that maintain a zone: changes that others ask for (RFC 2136), transfers (RFC 5936, RFC 1995), notifications (RFC 1996). No queries: nothing
// of them is kept, and they may take time.
#pragma once

#include <cstdint>
#include <span>

#include <harbinger/query.h>
#include <harbinger/task.h>

namespace harbinger {

/// One such message. Its form was checked, its signature (RFC 8945) was not: that is for the plugin, which has the keys.
struct ZoneRequest {
  enum class Kind : std::uint8_t { update, transfer, notify };
  Kind kind = Kind::update;
  /// Client, transport, and the question; of an UPDATE, its zone section in the place of a question. Was admitted.
  const Query& query;
  /// The whole message. Stays until the task is done.
  std::span<const std::uint8_t> wire;
};

/// Where the answer to it goes: one message, or over a stream several.
class ZoneReplies {
 public:
  virtual ~ZoneReplies() = default;
  /// Sends one whole message and waits until there is room for another. False when the client is gone, or this was one message too many for UDP:
  /// nothing more can be said. On the worker that the request came to.
  virtual Task<bool> send(std::span<const std::uint8_t> message) = 0;
  /// How many octets a message may have.
  virtual std::size_t limit() const = 0;
};

}  // namespace harbinger
