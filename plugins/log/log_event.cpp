#include "plugins/log/log_event.h"

#include <algorithm>
#include <cstring>

namespace harbinger::querylog {

namespace {

std::uint16_t u16_at(std::span<const std::uint8_t> wire, std::size_t offset) {
  return wire.size() < Header::kSize ? std::uint16_t{0}
                                     : static_cast<std::uint16_t>(wire[offset] << 8 | wire[offset + 1]);
}

constexpr std::uint16_t kAa = 0x0400, kRa = 0x0080;

}  // namespace

void LogEvent::fill(const Query& query, const ReplyView& reply) {
  client = query.client();
  arrived = query.arrived();
  took = reply.took;
  transport = query.transport();
  type = query.type();
  klass = query.klass();
  rcode = reply.rcode;
  id = query.id();
  query_size = static_cast<std::uint16_t>(query.wire().size());
  reply_size = static_cast<std::uint16_t>(reply.wire.size());
  udp_size = query.udp_size();
  flags = u16_at(reply.wire, 2);
  dnssec_ok = query.dnssec_ok();
  persona = query.persona();
  source = reply.source;
  made_by_size = static_cast<std::uint8_t>(std::min(reply.made_by.size(), made_by.size()));
  std::copy_n(reply.made_by.data(), made_by_size, made_by.data());
  name_size = static_cast<std::uint8_t>(query.name().size());
  std::memcpy(name.data(), query.name().wire().data(), name_size);
}

ReplyClass class_of(const ReplyView& reply) {
  if (reply.wire.empty()) return ReplyClass::error;
  if (reply.rcode == Rcode::NXDOMAIN) return ReplyClass::denial;
  if (reply.rcode != Rcode::NOERROR) return ReplyClass::error;
  const auto flags = u16_at(reply.wire, 2);
  const bool has_answers = u16_at(reply.wire, 6) > 0, has_authorities = u16_at(reply.wire, 8) > 0;
  const bool is_referral = has_authorities && (flags & (kAa | kRa)) == 0;
  return has_answers || is_referral || reply.truncated ? ReplyClass::success : ReplyClass::denial;
}

}  // namespace harbinger::querylog
