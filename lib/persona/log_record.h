// One line of a log or trace as it was read, before anything is made of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <harbinger/access.h>

namespace harbinger::persona {

/// Views are borrowed from the line. What a format does not tell stays as it is here.
struct LogRecord {
  std::optional<UnixMillis> at;
  std::string_view client;
  std::string_view resource;
  std::string_view method;  ///< empty: not a request over HTTP
  std::string_view user_agent;
  std::string_view action = {};  ///< a word of to_string(Action), where the format knows; empty: as the method says
  int status = 0;                ///< HTTP status; 0 when not known
  std::uint32_t size_bytes = 0;
  std::uint32_t latency_us = 0;
  std::uint32_t ttl_s = 0;
  std::uint16_t type = 0;  ///< RR type
  float dwell_s = 0;       ///< see BehaviourEvent
  float extent = 0;
  Outcome outcome = Outcome::served;
};

}  // namespace harbinger::persona
