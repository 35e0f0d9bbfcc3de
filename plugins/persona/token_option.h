// The persona option of a query: what the client wants, or what it holds.
#pragma once

#include <algorithm>
#include <optional>
#include <span>

#include "persona/persona_metrics.h"

namespace harbinger::persona {

/// The token in the option's data; nothing when it holds none, or is malformed.
inline std::optional<PersonaToken> token_in(std::span<const std::uint8_t> data) noexcept {
  PersonaToken token;
  if (data.size() != token.size()) return std::nullopt;
  std::ranges::copy(data, token.begin());
  return token;
}

/// What the option says beside what is known of its client.
inline TokenOutcome judge(std::span<const std::uint8_t> data, const std::optional<PersonaAssignment>& known,
                          UnixMillis now) noexcept {
  if (data.empty()) return TokenOutcome::wanted;
  const auto token = token_in(data);
  if (!token) return TokenOutcome::malformed;
  if (!known || known->token != *token || *token == PersonaToken{}) return TokenOutcome::foreign;
  return known->expires > now ? TokenOutcome::valid : TokenOutcome::expired;
}

}  // namespace harbinger::persona
