// One failed query, as much of it as a log line needs: plain octets, so that handing one on allocates nothing.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include <harbinger/query.h>
#include <harbinger/reply.h>

namespace harbinger::errors {

struct Failure {
  RRType type{};
  std::uint16_t cause = 0;  ///< an extended error (RFC 8914)
  bool has_cause = false;
  std::uint8_t name_size = 0, made_by_size = 0, text_size = 0;
  std::array<char, 32> made_by;
  std::array<char, 120> text;  ///< of the extended error
  std::array<std::uint8_t, Name::kMaxWire> name;

  void fill(const Query& query, const ReplyView& reply);

  /// What failures have in common that count as one: `forward: network error (upstream silent)`
  std::string reason() const;
  /// The question and the reason. Whatever others chose is escaped.
  std::string line() const;
};

}  // namespace harbinger::errors
