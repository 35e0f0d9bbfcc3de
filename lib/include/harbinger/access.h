// One access: a client wanted a resource. What every kind of foresight learns from.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/persona_id.h>

namespace harbinger {

/// Stands for a client: a keyed hash of its address (or ECS prefix) and, where known, a device id. Never the address itself; the key
/// changes every day, so that keys of two days cannot be joined. 0: nobody in particular.
using ClientKey = std::uint64_t;

/// Calendar time in milliseconds since 1970-01-01 UTC. May jump; whoever subtracts two of them expects negative spans.
using UnixMillis = std::int64_t;

/// How an access ended.
enum class Outcome : std::uint8_t { served, from_cache, not_found, refused, failed };

/// One access. `resource` is text: a name in lower case without the last dot, or a URL, or a URL with a fragment (see fragments.h).
/// The view is borrowed for the call.
struct Access {
  UnixMillis at = 0;
  ClientKey client = 0;
  std::string_view resource;
  PersonaId persona = 0;
  Outcome outcome = Outcome::served;
  std::uint16_t type = 0;        ///< RR type that was asked for; 0 for what is no DNS question
  std::uint32_t ttl_s = 0;       ///< how long the answer may be kept; 0 when not known
  std::uint32_t size_bytes = 0;  ///< 0 when not known
  std::uint32_t latency_us = 0;  ///< 0 when not known
};

/// Identity of a resource across threads and restarts: XXH3-64 of its text. Never 0.
std::uint64_t resource_hash(std::string_view text) noexcept;

}  // namespace harbinger
