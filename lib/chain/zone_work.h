// A message that maintains a zone while a plugin works on it, and the way back to the client.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <harbinger/chain.h>
#include <harbinger/responder.h>
#include <harbinger/zone_request.h>

#include "chain/query_parser.h"

namespace harbinger {

/// Used by the worker that the message came to, and nobody else. The last message of a reply is held until the plugin is done: only then it is known
/// to be the last, which is the one that Later::reply takes.
class ZoneWork final : public ZoneReplies {
 public:
  using MakeLater = std::function<std::unique_ptr<Later>()>;

  /// `query` is read again out of the copy of the message, which may be longer than OwnedQuery keeps.
  ZoneWork(const Incoming& in, Duration time_to_answer, std::shared_ptr<const Chain> serving, std::size_t limit);

  Task<bool> send(std::span<const std::uint8_t> message) override;
  std::size_t limit() const override { return limit_; }

  /// The message may be answered when the caller has returned.
  void take(std::unique_ptr<Later> later) { later_ = std::move(later); }
  bool has_later() const { return later_ != nullptr; }
  std::unique_ptr<Later> give_later() { return std::move(later_); }

  const std::vector<std::uint8_t> bytes;
  Query query = QueryParser::empty();
  QueryParser parser;
  const std::shared_ptr<const Chain> chain;
  const MakeLater* make_later = nullptr;  ///< while the message's call is under way
  bool answered = false;                  ///< a plugin says so
  bool broken = false;                    ///< a plugin threw
  bool done = false;
  bool replied = false;            ///< Later has all that there is to say
  std::vector<std::uint8_t> held;  ///< nothing: no message is left to send

 private:
  Task<bool> push_held();

  std::unique_ptr<Later> later_;
  const std::size_t limit_;
  bool sent_ = false;
};

}  // namespace harbinger
