// The tag that a query shows, and what it is worth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <harbinger/profile_tag.h>
#include <harbinger/query.h>
#include <harbinger/reply.h>
#include "plugins/vm_provisioning/names.h"

namespace harbinger::vm_provisioning {

enum class ShownTag : std::uint8_t { none, valid, expired, forged_label, forged_option };
inline constexpr std::size_t kShownTags = 5;
std::string_view to_string(ShownTag shown);

inline bool is_forged(ShownTag shown) { return shown == ShownTag::forged_label || shown == ShownTag::forged_option; }

struct JudgedTag {
  ShownTag shown = ShownTag::none;
  std::uint64_t key = 0;  ///< of a valid one
};
/// By the name's label, else by the option's octets. What is no tag at all counts as forged. No allocation.
JudgedTag judge(const ProvisionedNames::Match& match, std::optional<std::span<const std::uint8_t>> option,
                const ProfileTagKeys& keys, UnixMillis now) noexcept;

/// For a name that somebody made up a tag in.
Reply no_such_name(const Query& query, const Name& zone);

}  // namespace harbinger::vm_provisioning
