// The messages that a transfer consists of: records go in one after the other, signed messages come out.
#pragma once

#include <optional>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/message.h>
#include <harbinger/tsig.h>
#include <harbinger/zone_request.h>

#include "plugins/file/zone_walk.h"

namespace harbinger::file {

/// Answers of one request (RFC 5936 sec. 2.2). Each message is signed where the request was. Lives as long as the request.
class TransferMessages {
 public:
  TransferMessages(const ZoneRequest& request, ZoneReplies& replies, TsigRequest& signature, const Clock& clock);

  /// False when the message is full: `send`, then try again.
  bool add(const WalkedRecord& record);
  bool add(const Record& record) { return add({record.name, record.type, record.ttl, record.rdata}); }
  /// Drops what was added and not sent.
  void start_over() { begin(); }

  /// Sends what was added, and lets others have a turn. False when nothing was added, which means that a record is too long for any
  /// message, and when the client is gone.
  Task<bool> send();

  std::size_t messages() const { return messages_; }
  std::size_t records() const { return records_; }
  std::size_t octets() const { return octets_; }

 private:
  void begin();

  const Query& query_;
  ZoneReplies& replies_;
  TsigRequest& signature_;
  const Clock& clock_;
  std::vector<std::uint8_t> buffer_;
  std::optional<MessageWriter> writer_;
  std::size_t in_message_ = 0;
  std::size_t messages_ = 0, records_ = 0, octets_ = 0;
};

/// An answer without records that says why, signed as the request's signature asks for; null for none that could be read.
std::vector<std::uint8_t> refusal(const Query& query, Opcode opcode, TsigRequest* signature, const Clock& clock,
                                  Rcode rcode, EdeCode cause, std::string_view why);

/// The same with these packed options, for clients that understand EDNS.
std::vector<std::uint8_t> bare_reply(const Query& query, Opcode opcode, TsigRequest* signature, const Clock& clock,
                                     Rcode rcode, std::span<const std::uint8_t> options);

/// The clock as signatures have it.
TsigTime tsig_time(const Clock& clock);

}  // namespace harbinger::file
