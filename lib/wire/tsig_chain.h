// What MACs of one exchange cover, each resting on the one before (RFC 8945 sec. 4.3 and 5.3.1). The same for both ends.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <harbinger/tsig.h>

#include "wire/hmac.h"
#include "wire/tsig_record.h"

namespace harbinger::wire {

class TsigChain {
 public:
  explicit TsigChain(std::shared_ptr<const TsigKey> key) : key_(std::move(key)) {}

  /// The MAC of a message, which stands here without its TSIG record, with `record` for the fields it covers. Does not go on to the next message.
  std::vector<std::uint8_t> mac(std::span<const std::uint8_t> message, const TsigRecord& record);
  /// That message was the last one; the next MAC rests on this.
  void advance(std::span<const std::uint8_t> mac);
  /// A message without a signature; the next MAC covers it.
  void pass_unsigned(std::span<const std::uint8_t> message);
  int unsigned_messages() const { return unsigned_; }
  /// Whether a reply was signed already: from then on some may have no signature.
  bool in_stream() const { return place_ == Place::further_reply; }

  const std::shared_ptr<const TsigKey>& key() const { return key_; }

 private:
  enum class Place : std::uint8_t { request, first_reply, further_reply };
  Hmac begin() const;

  std::shared_ptr<const TsigKey> key_;
  std::vector<std::uint8_t> before_;  // the MAC before
  Place place_ = Place::request;
  std::optional<Hmac> running_;  // over unsigned messages
  int unsigned_ = 0;
};

}  // namespace harbinger::wire
