// Values of this floor as its interfaces (HTTP, gRPC, commands) tell and take them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include "orchestrate/attributes.h"
#include "orchestrate/need.h"
#include "provision/template.h"

namespace harbinger::orchestrate {

/// A user: sixteen hexadecimal digits.
std::string key_text(ActorKey key);
/// Of exactly such a text, in either case, and of one with the `u` that reasons put before it; not of that for 0, which is nobody.
std::optional<ActorKey> parse_key(std::string_view text) noexcept;

/// Empty for `nothing`.
std::string_view to_string(Belief::By by) noexcept;
/// What somebody says that a user is: `value` of an attribute, or, for an empty word, nothing any more. `malformed` names the words that there are.
struct Label {
  Attribute attribute{};
  std::optional<std::uint8_t> value{};
};
Result<Label> read_label(std::string_view attribute, std::string_view value);

/// Where a resource is reached: `192.0.2.7:8080`, `[2001:db8::7]:443`.
std::vector<std::string> addresses_of(std::span<const provision::Reach> all);

/// What somebody claims. `malformed` says what would be right: a kind is needed, texts have at most 127 octets that can be printed, a count is 1 to 1000.
Result<Need> checked_need(Need said);

}  // namespace harbinger::orchestrate
