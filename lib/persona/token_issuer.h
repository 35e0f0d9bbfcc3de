// Gives tokens, and says what a token that a client shows is worth.
#pragma once

#include <array>
#include <chrono>
#include <string_view>

#include <harbinger/random.h>
#include "persona/client_store.h"

namespace harbinger::persona {

/// What became of a token: given to a client that had none, given in place of an old one of the client's, shown and still good; shown past its time, shown
/// though the client has another one (somebody else's, or made up), shown by a client that nobody is known by here; taken back early.
enum class TokenOutcome : std::uint8_t { issued, renewed, kept, expired, foreign, unknown, taken_back, limit };
std::string_view to_string(TokenOutcome outcome) noexcept;

/// A token is 122 random bits that are kept with the client: whoever shows it under another client key shows nothing. One thread.
class TokenIssuer {
 public:
  TokenIssuer(Random& random, std::chrono::seconds shortest, std::chrono::seconds longest);

  /// A new token for what the verdict says. The steadier the client, the longer it lives.
  void give(Client& client, const Clusters::Verdict& verdict, UnixMillis now);
  /// Whether the client's token is good at `now`. One from a future that cannot be (the clock was set back) is not.
  bool alive(const Client& client, UnixMillis now) const noexcept;
  /// Whether it has to be replaced when its client asks: past two thirds of its life, or none.
  bool due(const Client& client, UnixMillis now) const noexcept;
  /// Of a token that came with an ask: kept, expired or foreign.
  TokenOutcome worth(const Client& client, const PersonaToken& shown, UnixMillis now) const noexcept;

 private:
  PersonaToken fresh();

  Random& random_;
  const std::chrono::seconds shortest_, longest_;
};

/// Of the client as it stands.
PersonaAssignment assignment_of(const Client& client) noexcept;

}  // namespace harbinger::persona
