// Personas as everybody sees them: small numbers with names, tokens that tie a client to one for some minutes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/access.h>

namespace harbinger {

/// A random UUID (RFC 9562, version 4) that ties one client key to one persona. All zeros: none.
using PersonaToken = std::array<std::uint8_t, 16>;
std::string to_string(const PersonaToken& token);
std::optional<PersonaToken> parse_persona_token(std::string_view text) noexcept;

/// Who a client is for the next minutes. `persona` 0 is the default: nothing is known (yet).
struct PersonaAssignment {
  ClientKey client = 0;
  PersonaId persona = 0;
  PersonaToken token{};
  UnixMillis expires = 0;  ///< 5 to 15 minutes after it was made
  float confidence = 0;    ///< 0..1, calibrated: the share of such assignments that stand at their end
};

/// What a class of behaviour is and what follows from it. Data; from the catalogue, or made for a cluster that no entry fits.
struct PersonaProfile {
  PersonaId id = 0;
  std::string name;   ///< "mobile-video"; unique; [a-z0-9-], 1 to 31 characters
  std::string entry;  ///< the catalogue entry that it was matched to; empty: none
  std::vector<std::pair<std::string, std::string>> attributes;  ///< free key and value, sorted by key
  std::string location;                                         ///< preferred location of endpoints; empty: none
  std::string resource_template;                                ///< of machines made ready; empty: none
  std::vector<std::pair<std::string, float>> priorities;        ///< resource pattern and weight: which hints come first
  float hint_floor = 0;                       ///< hints less probable are not given; 0: the plugin's own floor
  std::uint8_t hints = 0;                     ///< at most so many; 0: the plugin's own number
  std::uint8_t fragments_ahead = 0;           ///< of a resource in fragments; 0: the plugin's own number
  bool prefetch = true;                       ///< false: no hints at all ("crawler")
  bool pinned = false;                        ///< an operator said so: never merged, split or renamed by itself
  std::uint64_t clients = 0;                  ///< that are of this persona now
  std::vector<std::string> distinguished_by;  ///< plain sentences, strongest first: "asks for www.fitbit.com (92 %)"
};

/// Of the default persona.
inline constexpr std::string_view kDefaultPersonaName = "default";

}  // namespace harbinger
