#include "persona/token_issuer.h"

#include <algorithm>
#include <cstring>

namespace harbinger::persona {

std::string_view to_string(TokenOutcome outcome) noexcept {
  static constexpr std::array<std::string_view, 7> kWords{"issued",  "renewed", "kept",      "expired",
                                                          "foreign", "unknown", "taken_back"};
  const auto at = static_cast<std::size_t>(outcome);
  return at < kWords.size() ? kWords[at] : "?";
}

TokenIssuer::TokenIssuer(Random& random, std::chrono::seconds shortest, std::chrono::seconds longest)
    : random_(random), shortest_(shortest), longest_(std::max(shortest, longest)) {}

// RFC 9562 sec. 5.4: random, but for the version and the variant.
PersonaToken TokenIssuer::fresh() {
  PersonaToken token;
  for (std::size_t i = 0; i < token.size(); i += 8) {
    const auto word = random_.next();
    std::memcpy(token.data() + i, &word, sizeof word);
  }
  token[6] = static_cast<std::uint8_t>((token[6] & 0x0f) | 0x40);
  token[8] = static_cast<std::uint8_t>((token[8] & 0x3f) | 0x80);
  return token;
}

void TokenIssuer::give(Client& client, const Clusters::Verdict& verdict, UnixMillis now) {
  // Written so that what is no number counts as nothing.
  const auto part = verdict.steadiness > 0 ? std::min(verdict.steadiness, 1.0F) : 0.0F;
  const auto more = static_cast<double>((longest_ - shortest_).count()) * static_cast<double>(part);
  client.life_s =
      static_cast<std::uint16_t>(std::min<std::int64_t>(shortest_.count() + std::int64_t(more), UINT16_MAX));
  client.expires = now + std::int64_t{client.life_s} * 1000;
  client.token = fresh();
  client.persona = verdict.persona;
  client.confidence = verdict.confidence > 0 ? std::min(verdict.confidence, 1.0F) : 0.0F;
}

bool TokenIssuer::alive(const Client& client, UnixMillis now) const noexcept {
  return now < client.expires && client.expires - now <= std::int64_t{client.life_s} * 1000;
}

bool TokenIssuer::due(const Client& client, UnixMillis now) const noexcept {
  return !alive(client, now) || client.expires - now <= std::int64_t{client.life_s} * 1000 / 3;
}

TokenOutcome TokenIssuer::worth(const Client& client, const PersonaToken& shown, UnixMillis now) const noexcept {
  if (shown != client.token) return TokenOutcome::foreign;
  return alive(client, now) ? TokenOutcome::kept : TokenOutcome::expired;
}

PersonaAssignment assignment_of(const Client& client) noexcept {
  return {.client = client.key,
          .persona = client.persona,
          .token = client.token,
          .expires = client.expires,
          .confidence = client.confidence};
}

}  // namespace harbinger::persona
