// From an upstream's octets to our reply.
#pragma once

#include <expected>
#include <optional>
#include <span>

#include <harbinger/query.h>
#include <harbinger/reply.h>

namespace harbinger::forward {

/// Why a reply is none to hand on; the next upstream is asked.
struct Trouble {
  enum class Kind : std::uint8_t { malformed, bad_rcode };
  Kind kind = Kind::malformed;
  Rcode rcode = Rcode::NOERROR;
  std::optional<EdeCode> cause{};  ///< what the upstream said why
};

/// True for a reply that was cut (TC).
bool is_cut(std::span<const std::uint8_t> reply);

/// The rcode, as far as the header has it; for counting.
Rcode short_rcode(std::span<const std::uint8_t> reply);

/// What belongs to the question, as a reply that may be kept. `sent`: the subnet that went along.
std::expected<Reply, Trouble> read_reply(std::span<const std::uint8_t> bytes, const Query& query,
                                         const std::optional<ClientSubnet>& sent);

}  // namespace harbinger::forward
