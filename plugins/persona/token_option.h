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
inline ShownToken judge(std::span<const std::uint8_t> data, const std::optional<PersonaAssignment>& known,
                        UnixMillis now) noexcept {
  if (data.empty()) return ShownToken::wanted;
  const auto token = token_in(data);
  if (!token) return ShownToken::malformed;
  if (!known || known->token != *token || *token == PersonaToken{}) return ShownToken::foreign;
  return known->expires > now ? ShownToken::valid : ShownToken::expired;
}

}  // namespace harbinger::persona
