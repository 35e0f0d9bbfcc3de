#include "wire/tsig_chain.h"

#include <algorithm>
#include <array>
#include <utility>

#include <harbinger/message.h>

#include "wire/octets.h"

namespace harbinger::wire {

namespace {

// Sec. 4.3.2: as it was before the signature came: with its first id, and the record not counted.
void add_message(Hmac& hmac, std::span<const std::uint8_t> message, const TsigRecord& record, bool counted) {
  std::array<std::uint8_t, Header::kSize> header;
  std::copy_n(message.begin(), header.size(), header.begin());
  store_u16(header.data(), record.original_id);
  if (counted) store_u16(&header[10], static_cast<std::uint16_t>(load_u16(&header[10]) - 1));
  hmac.add(header).add(message.subspan(header.size()));
}

void add_lowercase(Hmac& hmac, const Name& name) { hmac.add(name.lowercase().wire()); }

void add_time(Hmac& hmac, const TsigRecord& record) {
  hmac.add_u16(static_cast<std::uint16_t>(record.time >> 32));
  hmac.add_u32(static_cast<std::uint32_t>(record.time));
  hmac.add_u16(record.fudge);
}

// Sec. 4.3.3.
void add_variables(Hmac& hmac, const TsigRecord& record) {
  add_lowercase(hmac, record.key);
  hmac.add_u16(static_cast<std::uint16_t>(RRClass::ANY)).add_u32(0);
  add_lowercase(hmac, record.algorithm);
  add_time(hmac, record);
  hmac.add_u16(record.error);
  hmac.add_u16(static_cast<std::uint16_t>(record.other.size())).add(record.other);
}

}  // namespace

// Sec. 4.3.1 and 5.3.1: with the size of the MAC before in front, but for a request, which has none before.
Hmac TsigChain::begin() const {
  Hmac hmac(*key_);
  if (place_ != Place::request) hmac.add_u16(static_cast<std::uint16_t>(before_.size())).add(before_);
  return hmac;
}

std::vector<std::uint8_t> TsigChain::mac(std::span<const std::uint8_t> message, const TsigRecord& record) {
  auto hmac = running_ ? std::move(*std::exchange(running_, std::nullopt)) : begin();
  // Read out of a message, the record is counted there; about to be appended, it is not yet.
  add_message(hmac, message, record, record.offset != 0);
  if (place_ == Place::further_reply)
    add_time(hmac, record);
  else
    add_variables(hmac, record);
  return hmac.finish();
}

void TsigChain::advance(std::span<const std::uint8_t> mac) {
  before_.assign(mac.begin(), mac.end());
  place_ = place_ == Place::request ? Place::first_reply : Place::further_reply;
  unsigned_ = 0;
}

void TsigChain::pass_unsigned(std::span<const std::uint8_t> message) {
  if (!running_) running_ = begin();
  running_->add(message);
  ++unsigned_;
}

}  // namespace harbinger::wire
