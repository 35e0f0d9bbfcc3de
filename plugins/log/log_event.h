// What is known of one query and its reply when a line is written: plain octets, so that handing one on allocates nothing.
#pragma once

#include <array>
#include <cstdint>

#include <harbinger/query.h>
#include <harbinger/reply.h>

namespace harbinger::querylog {

enum class ReplyClass : std::uint8_t { success, denial, error };

struct LogEvent {
  SocketAddress client;
  MonotonicTime arrived;
  Duration took{};
  Transport transport{};
  RRType type{};
  RRClass klass{};
  Rcode rcode{};
  std::uint16_t id = 0, query_size = 0, reply_size = 0, udp_size = 0;
  std::uint16_t flags = 0;  ///< the second 16 bits of the reply's header; 0 when there was no reply
  bool dnssec_ok = false;
  PersonaId persona = 0;
  Source source{};
  std::uint8_t name_size = 0, made_by_size = 0;
  std::array<char, 16> made_by;
  std::array<std::uint8_t, Name::kMaxWire> name;  ///< wire form

  void fill(const Query& query, const ReplyView& reply);
};

/// Denial: the name or the type does not exist. Error: neither an answer nor a denial nor a referral.
ReplyClass class_of(const ReplyView& reply);

}  // namespace harbinger::querylog
