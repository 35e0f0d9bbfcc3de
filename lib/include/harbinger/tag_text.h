// Client profile tags in names and texts, found by their looks alone: for who must not learn, show or keep them. What they are: profile_tag.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace harbinger {

/// What looks like a tag: "cpt-", "cpt=" or "cpt%3D" in either case, and at least so many letters and digits (or %XX) behind it. Tags of ours
/// have 24; what somebody has cut short or made longer is treated like one.
inline constexpr std::size_t kLooksLikeTag = 16;

/// Whether a label of this name in wire form begins with what looks like a tag. No allocation; a few ns where no label begins with "cpt-".
bool has_tag_label(std::span<const std::uint8_t> wire) noexcept;

/// Whether without_tags() would change the text. No allocation.
bool has_tag(std::string_view text) noexcept;

/// The text with everything that looks like a tag replaced by `cpt-*`, `cpt=*` and `cpt%3D*`: for logs, pages and metrics.
std::string without_tags(std::string_view text);

/// A URL's query, what stands between `?` and `#`, without its parameters `cpt=`, whatever their values are.
std::string query_without_tag(std::string_view query);

}  // namespace harbinger
